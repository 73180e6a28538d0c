using System.Net;

namespace Cilium.Framework.NodeHealth;

/// <summary>What is known of a path to a node. Key: <see cref="Path"/>.</summary>
/// <param name="Path">The path.</param>
/// <param name="Address">The address that is asked.</param>
/// <param name="Since">Since when the path is in this state.</param>
public sealed record NodeHealthRow(HealthPath Path, IPAddress Address, DateTimeOffset Since)
{
    /// <summary>What the last probe has shown.</summary>
    public HealthPathState State { get; init; }

    /// <summary>How long the last answer took; null: there was none yet.</summary>
    public TimeSpan? Latency { get; init; }

    /// <summary>When the last answer came; null: there was none yet.</summary>
    public DateTimeOffset? LastSuccess { get; init; }

    /// <summary>Why the last probe got no answer; empty when it got one.</summary>
    public string Error { get; init; } = "";

    /// <summary>The row after a probe.</summary>
    /// <param name="result">What came of it.</param>
    /// <param name="now">When it ended.</param>
    internal NodeHealthRow After(ProbeResult result, DateTimeOffset now) => this with
    {
        State = result.State,
        Since = result.State == State ? Since : now,
        Latency = result.Latency ?? Latency,
        LastSuccess = result.State == HealthPathState.Reachable ? now : LastSuccess,
        Error = result.Error,
    };
}
