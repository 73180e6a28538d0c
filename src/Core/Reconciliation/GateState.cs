namespace Cilium.Framework.Reconciliation;

/// <summary>Whether a gate lets its row through.</summary>
public enum GateState
{
    /// <summary>Everything asked for is realised.</summary>
    Open,

    /// <summary>Something is not realised yet.</summary>
    Closed,

    /// <summary>Nothing is pending, but something is in Error: the row is no longer held back.</summary>
    Failed,
}
