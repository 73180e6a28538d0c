namespace Cilium.Framework.Client.Models;

/// <summary>A route of the node, or one that should be there, and why.</summary>
public sealed record RouteLedgerEntry
{
    /// <summary>Where it leads; length 0: a default route.</summary>
    public required string Destination { get; init; }

    /// <summary>The next router, several joined by commas, or what becomes of packets: <c>blackhole</c>, <c>unreachable</c>, <c>prohibit</c>, <c>throw</c>. Absent: the network is on the device.</summary>
    public string? NextHop { get; init; }

    /// <summary>Kernel name, several joined by commas.</summary>
    public string? Device { get; init; }

    /// <summary>Bytes per packet, those of the device where the route says nothing. Absent: nobody says, as for a blackhole.</summary>
    public int? Mtu { get; init; }

    /// <summary>Routing table; 254: main. Absent, as what follows but the last two: there is no route.</summary>
    public uint? Table { get; init; }

    /// <summary>Lower is preferred.</summary>
    public uint? Metric { get; init; }

    /// <summary><c>ours</c>, or who made it.</summary>
    public string? Owner { get; init; }

    /// <summary><c>ours</c>, <c>left-over</c> (ours, and no row wants it), <c>foreign</c>, <c>missing</c> (a row wants it, and there is none).</summary>
    public required string State { get; init; }

    /// <summary>Why it is there or is not, in words.</summary>
    public required string Why { get; init; }
}
