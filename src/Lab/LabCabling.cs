namespace Cilium.Framework.Lab;

/// <summary>What the machine outside, or the router, does for the machines of a lab, and what their cables bear.</summary>
public sealed record LabCabling
{
    /// <summary>Bytes per packet of every cable and of the bridge between them; 9000 is a segment with jumbo frames.</summary>
    public int Mtu { get; init; } = 1500;

    /// <summary>The machine outside knows the way to each node's pods. Without, only an overlay, routes between the nodes, or BGP make them reachable.</summary>
    public bool RoutesPods { get; init; } = true;

    /// <summary>The machines have IPv4 addresses. Without, the underlay is IPv6 alone: a place's IPv4 address is given to nobody, and IPv4 pods are routed to nobody.</summary>
    public bool HasIPv4 { get; init; } = true;
}
