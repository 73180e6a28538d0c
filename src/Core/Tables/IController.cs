namespace Cilium.Framework.Tables;

/// <summary>Computes desired rows from intent rows.</summary>
/// <remarks>
/// Run by one <see cref="ControllerLoop"/>. Synchronous; no I/O, clock or lock: the same inputs give the same rows, in whatever order they came. It may
/// remember what its inputs were, so that a change costs what it concerns and not the node; what could not be written stays due.
/// </remarks>
public interface IController
{
    /// <summary>Writes the output tables from the present input tables.</summary>
    void Compute();
}
