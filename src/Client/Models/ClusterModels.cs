namespace Cilium.Framework.Client.Models;

/// <summary>The nodes that this one knows, itself included. Names are those of Cilium's API v1.</summary>
public sealed record ClusterStatus
{
    /// <summary>By name.</summary>
    public required IReadOnlyList<ClusterNode> Nodes { get; init; }

    /// <summary>Name of the node that answers.</summary>
    public required string Self { get; init; }

    /// <summary>How many nodes this one reaches, in words; <c>Disabled</c> where it probes nobody.</summary>
    public Status? CiliumHealth { get; init; }
}

/// <summary>A node of the cluster, or of one that is connected with it.</summary>
public sealed record ClusterNode
{
    /// <summary><c>CLUSTER/NODE</c>; of the cluster <c>default</c> without the cluster.</summary>
    public required string Name { get; init; }

    /// <summary>Where other nodes reach it, and the ranges of its endpoints.</summary>
    public required NodeAddressing PrimaryAddress { get; init; }
}
