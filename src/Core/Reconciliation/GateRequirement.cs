namespace Cilium.Framework.Reconciliation;

/// <summary>What a gate asks of a row.</summary>
public enum GateRequirement
{
    /// <summary>The row exists and is Done.</summary>
    Done,

    /// <summary>The row has left the table: the target holds nothing under its key.</summary>
    Gone,

    /// <summary>Every row of the table is Done; one in Error fails the gate.</summary>
    AllDone,
}
