namespace Cilium.Framework.Client.Models;

/// <summary>How many bytes a packet may have where, without the Ethernet header, and why.</summary>
public sealed record MtuReport
{
    /// <summary>Devices of the plan, that of the host first.</summary>
    public required IReadOnlyList<MtuDevice> Devices { get; init; }

    /// <summary>The setting <c>mtu</c>; absent: the devices decide.</summary>
    public int? Configured { get; init; }

    /// <summary>How packets between nodes are wrapped: <c>none</c>, <c>vxlan</c>, <c>geneve</c>.</summary>
    public required string Encapsulation { get; init; }

    /// <summary>Bytes that wrapping takes.</summary>
    public required int Overhead { get; init; }

    /// <summary>Family of the node addresses that wrapped packets go to, <c>IPv4</c> or <c>IPv6</c>; absent: nothing is wrapped.</summary>
    public string? Underlay { get; init; }

    /// <summary>On devices of endpoints and on the host device.</summary>
    public required int EndpointMtu { get; init; }

    /// <summary>On routes to other nodes.</summary>
    public required int RouteMtu { get; init; }

    /// <summary>The same in words, and what is not as it should be.</summary>
    public required IReadOnlyList<string> Lines { get; init; }
}

/// <summary>A device that the datapath is to attach to.</summary>
public sealed record MtuDevice
{
    public required string Name { get; init; }

    /// <summary><c>host</c>, <c>native</c> or <c>overlay</c>.</summary>
    public required string Role { get; init; }

    /// <summary>What it carries now; absent: there is no such device.</summary>
    public int? Mtu { get; init; }
}
