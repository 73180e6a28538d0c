namespace Cilium.Framework.Errors;

/// <summary>One thing that is wrong with the configuration.</summary>
/// <param name="Path">The key, colon-separated, such as <c>routing:provider</c>.</param>
/// <param name="Message">The offending value, what is accepted, and what to do.</param>
public readonly record struct ConfigurationProblem(string Path, string Message)
{
    /// <inheritdoc />
    public override string ToString() => $"{Path}: {Message}";
}
