namespace Cilium.Framework.Client.Models;

/// <summary>Which nodes this one reaches, itself included. Names are those of cilium-health where it has them.</summary>
public sealed record ClusterHealth
{
    /// <summary>False: this node probes nobody (setting <c>health.enabled</c>), and nothing is known.</summary>
    public required bool Enabled { get; init; }

    /// <summary>Name of the node that answers.</summary>
    public required string Self { get; init; }

    /// <summary>Number of nodes that answer on every path.</summary>
    public required int Reachable { get; init; }

    /// <summary>By name.</summary>
    public required IReadOnlyList<NodeHealth> Nodes { get; init; }
}

/// <summary>How a node answers.</summary>
public sealed record NodeHealth
{
    /// <summary><c>CLUSTER/NODE</c>; of the cluster <c>default</c> without the cluster.</summary>
    public required string Name { get; init; }

    /// <summary><c>reachable</c>, <c>unreachable</c> as soon as one path is, or <c>unknown</c>: not everything was probed yet.</summary>
    public required string State { get; init; }

    /// <summary>Its own addresses, asked from this node's.</summary>
    public required IReadOnlyList<PathHealth> Host { get; init; }

    /// <summary>Addresses of its health endpoint, asked from this node's. Empty: one of the two has none.</summary>
    public required IReadOnlyList<PathHealth> Endpoint { get; init; }
}

/// <summary>How an address answers.</summary>
public sealed record PathHealth
{
    /// <summary>The address.</summary>
    public required string Ip { get; init; }

    /// <summary>By echo request.</summary>
    public required ConnectivityStatus Icmp { get; init; }

    /// <summary>By a request over TCP.</summary>
    public required ConnectivityStatus Http { get; init; }
}

/// <summary>What the last probe has shown.</summary>
public sealed record ConnectivityStatus
{
    /// <summary><c>reachable</c>, <c>unreachable</c> or <c>unknown</c>.</summary>
    public required string State { get; init; }

    /// <summary>How long the last answer took, in nanoseconds; 0: there was none yet.</summary>
    public required long Latency { get; init; }

    /// <summary>Why the last probe got no answer; empty when it got one or was not made yet.</summary>
    public required string Status { get; init; }

    /// <summary>Since when it is in this state, UTC.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>When the last answer came, UTC.</summary>
    public DateTimeOffset? LastSuccess { get; init; }
}
