namespace Cilium.Framework.Tables;

/// <summary>Computes desired rows from intent rows.</summary>
/// <remarks>
/// Run by one <see cref="ControllerLoop"/>. Synchronous; no I/O, clock, lock or memory of what went before: the same inputs give the same rows,
/// in whatever order they came.
/// </remarks>
public interface IController
{
    /// <summary>Writes the output tables from the present input tables.</summary>
    void Compute();
}
