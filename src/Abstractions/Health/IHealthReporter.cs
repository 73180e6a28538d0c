namespace Cilium.Framework.Health;

/// <summary>One node of the health tree. Never throws, never blocks, may be called from any thread.</summary>
public interface IHealthReporter
{
    /// <summary>A child node; asking twice for one name gives the same node.</summary>
    /// <param name="name">Lower-case words joined by dashes.</param>
    /// <returns>The child, reporting nothing until its first report.</returns>
    IHealthReporter Scope(string name);

    /// <summary>The component does its job.</summary>
    /// <param name="message">What it has achieved, such as "57 rows realised".</param>
    void Ok(string message);

    /// <summary>The component works with loss and goes on trying.</summary>
    /// <param name="message">What fails on which object, and what that costs.</param>
    /// <param name="error">The failure, when there is one.</param>
    void Degraded(string message, Exception? error = null);

    /// <summary>The component was stopped on purpose.</summary>
    /// <param name="message">Why.</param>
    void Stopped(string message);
}
