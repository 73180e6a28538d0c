namespace Cilium.Framework.Reconciliation;

/// <summary>Whether a gate lets its row through, and why not.</summary>
/// <param name="State">Whether it does.</param>
/// <param name="Text">What is awaited or has failed; empty when open.</param>
public readonly record struct GateVerdict(GateState State, string Text)
{
    /// <summary>Everything asked for is realised.</summary>
    public static readonly GateVerdict Open = new(GateState.Open, "");
}
