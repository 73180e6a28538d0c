using System.Net.Sockets;

namespace Cilium.Framework.Routing;

/// <summary>How packets leave this node.</summary>
/// <param name="Encapsulation">How packets between nodes are wrapped.</param>
/// <param name="MtuOverhead">Bytes that wrapping adds to each packet.</param>
/// <param name="Devices">Devices that the datapath is to attach to, beside its own host device.</param>
public sealed record RoutingPlan(Encapsulation Encapsulation, int MtuOverhead, IReadOnlyList<PlannedDevice> Devices)
{
    /// <summary>Family of the node addresses that wrapped packets go to. Means nothing where nothing is wrapped.</summary>
    public AddressFamily Underlay { get; init; } = AddressFamily.InterNetwork;
}
