namespace Cilium.Framework.NodeHealth;

/// <summary>What came of one probe.</summary>
/// <param name="State">What it has shown.</param>
/// <param name="Latency">How long the answer took; null: there was none.</param>
/// <param name="Error">Why there was none; empty otherwise.</param>
public readonly record struct ProbeResult(HealthPathState State, TimeSpan? Latency, string Error)
{
    /// <summary>It answered.</summary>
    public static ProbeResult Answered(TimeSpan latency) => new(HealthPathState.Reachable, latency, "");

    /// <summary>It did not answer, or not as it should.</summary>
    public static ProbeResult Failed(string why) => new(HealthPathState.Unreachable, null, why);

    /// <summary>This node cannot ask: that says nothing about the other one.</summary>
    public static ProbeResult Impossible(string why) => new(HealthPathState.Unknown, null, why);
}
