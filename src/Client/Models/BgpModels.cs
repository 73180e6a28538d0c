namespace Cilium.Framework.Client.Models;

/// <summary>Answer to <c>GET /bgp/peers</c>.</summary>
public sealed record BgpPeers
{
    public required BgpSpeaker Speaker { get; init; }

    /// <summary>Empty when the speaker does not answer.</summary>
    public required IReadOnlyList<BgpPeer> Peers { get; init; }
}

/// <summary>The routing daemon beside the node.</summary>
public sealed record BgpSpeaker
{
    /// <summary>Where it is spoken with.</summary>
    public required string Endpoint { get; init; }

    /// <summary>It answers, in a protocol that is spoken.</summary>
    public required bool Reachable { get; init; }

    /// <summary>What it is; or why it cannot be spoken with and what to do.</summary>
    public required string Detail { get; init; }
}

/// <summary>A peer of the daemon.</summary>
public sealed record BgpPeer
{
    public required string Address { get; init; }

    public required uint Asn { get; init; }

    /// <summary>As in RFC 4271, lower case.</summary>
    public required string State { get; init; }

    /// <summary>Since when it is up, or down; absent: it never was up.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Prefixes that it has told.</summary>
    public required ulong Received { get; init; }

    /// <summary>Those of them that the daemon uses.</summary>
    public required ulong Accepted { get; init; }

    /// <summary>Prefixes that it was told.</summary>
    public required ulong Advertised { get; init; }
}

/// <summary>A route that the daemon knows.</summary>
public sealed record BgpRoute
{
    public required string Prefix { get; init; }

    public required string NextHop { get; init; }

    /// <summary>The peer that told it; absent: this node.</summary>
    public string? From { get; init; }

    /// <summary>The nearest first; empty: none.</summary>
    public required string AsPath { get; init; }

    /// <summary>The one that the daemon uses, of several to one prefix.</summary>
    public required bool Best { get; init; }
}

/// <summary>A prefix that other routers are told, or that they are told no more.</summary>
public sealed record BgpAdvertisement
{
    public required string Prefix { get; init; }

    /// <summary>Why it is told.</summary>
    public required string Reason { get; init; }
}
