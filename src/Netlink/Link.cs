using System.Net.NetworkInformation;

namespace Cilium.Framework.Netlink;

/// <summary>A network device.</summary>
/// <param name="Index">Its number in its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Mac">Its Ethernet address; empty for devices without one.</param>
/// <param name="Mtu">Bytes per packet.</param>
/// <param name="IsUp">Switched on by the administrator.</param>
/// <param name="HasArp">Resolves neighbours.</param>
/// <param name="Kind">Such as <c>veth</c> or <c>vxlan</c>; empty for physical devices.</param>
/// <param name="PeerIndex">Index of a veth's other side, in that side's namespace; 0 when there is none.</param>
public sealed record Link(int Index, string Name, PhysicalAddress Mac, int Mtu, bool IsUp, bool HasArp, string Kind, int PeerIndex)
{
    /// <summary>Words that somebody noted on the device (<see cref="RouteNetlink.SetAlias"/>), such as whose it is; empty: none.</summary>
    public string Alias { get; init; } = "";

    /// <summary>How a vxlan or geneve device wraps packets; null: it is neither.</summary>
    public TunnelDevice? Tunnel { get; init; }
}
