namespace Cilium.Framework.Conformance.Faults;

/// <summary>One thing that goes wrong.</summary>
/// <param name="Kind">How.</param>
/// <param name="Call">Name of the member, such as <c>CommitAsync</c>; of a datapath's targets with the target, such as <c>Policies.ApplyAsync</c>.</param>
/// <param name="First">Number of the first call that it concerns, counted from 1.</param>
/// <param name="Last">Number of the last call that it concerns.</param>
public sealed record Fault(FaultKind Kind, string Call, int First, int Last)
{
    /// <summary>Concerns one call.</summary>
    /// <param name="kind">How it goes wrong.</param>
    /// <param name="call">Name of the member.</param>
    /// <param name="number">Number of the call, counted from 1.</param>
    public static Fault On(FaultKind kind, string call, int number) => new(kind, call, number, number);

    /// <summary>Concerns every call.</summary>
    /// <param name="kind">How it goes wrong.</param>
    /// <param name="call">Name of the member.</param>
    public static Fault Always(FaultKind kind, string call) => new(kind, call, 1, int.MaxValue);
}
