using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Netlink;
using Cilium.Framework.Routes;
using Cilium.Framework.Rows;
using Route = Cilium.Framework.Netlink.Route;

namespace Cilium.Framework.Agent.Ledger;

/// <summary>The node's routes in words. Reads only.</summary>
internal static class KernelRoutes
{
    /// <summary>Routes to the node's own addresses (linux/rtnetlink.h, RT_TABLE_LOCAL): the kernel alone keeps it.</summary>
    private const uint LocalTable = 255;

    /// <summary>Packets go on to the next rule (linux/rtnetlink.h, RTN_THROW).</summary>
    private const byte ThrowType = 9;

    /// <summary>Both families, every table but the one of local addresses.</summary>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    public static IEnumerable<SeenRoute> Read(RouteNetlink netlink)
    {
        var links = netlink.ListLinks().ToDictionary(link => link.Index);
        return new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 }.SelectMany(netlink.ListRoutes)
            // IPv6 keeps networks of IPv4-mapped addresses, which lead nowhere: they are no prefix of either family.
            .Where(route => route.Table != LocalTable && route.Destination is not { IsIPv4MappedToIPv6: true })
            .Select(route => Describe(route, links));
    }

    private static SeenRoute Describe(Route route, Dictionary<int, Link> links)
    {
        IReadOnlyList<NextHop> ways = route.NextHops.Count > 0 ? route.NextHops : [new NextHop(route.Gateway, route.IfIndex, Weight: 1)];
        var devices = ways.Where(way => way.IfIndex != 0).ToList();
        var ofDevices = devices.Select(way => links.GetValueOrDefault(way.IfIndex)?.Mtu ?? 0).DefaultIfEmpty(0).Min();
        return new SeenRoute(
            Destination(route), Fate(route.Type) ?? Joined(ways.Where(way => way.Gateway is not null).Select(way => way.Gateway!.ToString())),
            Joined(devices.Select(way => links.GetValueOrDefault(way.IfIndex)?.Name ?? string.Create(CultureInfo.InvariantCulture, $"device {way.IfIndex}"))),
            route.Mtu != 0 ? route.Mtu : ofDevices, route.Table, route.Priority, route.Protocol);
    }

    private static IpPrefix Destination(Route route) =>
        new(route.Destination ?? (route.Family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any), route.PrefixLength);

    private static string? Fate(byte type) => type switch
    {
        Route.BlackholeType => "blackhole",
        Route.UnreachableType => "unreachable",
        Route.ProhibitType => "prohibit",
        ThrowType => "throw",
        _ => null,
    };

    private static string? Joined(IEnumerable<string> words) => string.Join(", ", words) is { Length: > 0 } joined ? joined : null;
}
