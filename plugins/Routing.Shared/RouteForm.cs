using System.Net.Sockets;
using Cilium.Framework.Netlink;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.Shared;

/// <summary>Routes as the kernel lists them once they are made, so that what is there can be compared with what is wanted.</summary>
internal static class RouteForm
{
    // What the kernel gives an IPv6 route without a metric (IP6_RT_PRIO_USER).
    private const uint DefaultIPv6Priority = 1024;

    // RT_SCOPE_LINK of linux/rtnetlink.h.
    private const byte LinkScope = 253;

    /// <summary>The range is on the device.</summary>
    public static Route OnDevice(NodeRouteRow row, int ifIndex) => Through(row, ifIndex) with
    {
        // IPv6 has no scopes of routes.
        Scope = row.PodCidr.IsIPv6 ? (byte)0 : LinkScope,
    };

    /// <summary>The range is behind the row's next hop, or behind whatever the device leads to. The protocol is that of whoever makes it.</summary>
    public static Route Through(NodeRouteRow row, int ifIndex) => new()
    {
        Destination = row.PodCidr.Address,
        PrefixLength = row.PodCidr.Length,
        Family = row.PodCidr.Family,
        IfIndex = ifIndex,
        PreferredSource = row.Source,
        Mtu = row.Mtu,
        Priority = row.PodCidr.IsIPv6 ? DefaultIPv6Priority : 0,
    };

    /// <summary>Where a route leads.</summary>
    public static IpPrefix PrefixOf(Route route) =>
        new(route.Destination ?? (route.Family == AddressFamily.InterNetworkV6 ? System.Net.IPAddress.IPv6Any : System.Net.IPAddress.Any), route.PrefixLength);
}
