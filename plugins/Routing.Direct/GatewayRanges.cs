using System.Net.Sockets;
using Cilium.Framework.Errors;
using Cilium.Framework.Netlink;
using Cilium.Framework.Routing.Shared;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.Direct;

/// <summary>Ranges of other nodes through those nodes themselves, which must be on a network of this node: a router between them would not know the range.</summary>
/// <param name="settings">Whether others are left to the network.</param>
internal sealed class GatewayRanges(DirectSettings settings) : IRemoteRanges
{
    // What the kernel says to a gateway that it cannot reach on the device: ENETUNREACH, EHOSTUNREACH and, with "Nexthop has invalid gateway", EINVAL.
    private const int NetworkUnreachable = 101, HostUnreachable = 113;

    public RouteAnswer Answer(NodeRouteRow row, RouteNetlink netlink)
    {
        var hop = row.NextHop!;
        if (hop.AddressFamily != row.PodCidr.Family)
            return RouteAnswer.Refused(ErrorKind.Invalid, $"{RouteName.Of(row)}: {Family(row.PodCidr.Family)} range behind {hop}. A range is routed to an address of its own family: give the node one, or carry the range in a tunnel (routing.provider: tunnel).");
        if (hop.IsIPv6LinkLocal)
            return RouteAnswer.Refused(ErrorKind.Invalid, $"{RouteName.Of(row)}: {hop} is a link-local address, which means nothing without its device. Let the node publish a global or unique local address.");
        if (netlink.FindRoute(hop) is not { } way)
            return RouteAnswer.Refused(ErrorKind.Unavailable, $"{RouteName.Of(row)}: there is no way to its address {hop}. Look at the devices and routes of this node (ip route get {hop}).");
        if (way.Type == Route.LocalType)
            return RouteAnswer.Refused(ErrorKind.Invalid, $"{RouteName.Of(row)}: its address {hop} is one of this node. Two nodes must not publish the same address.");
        return way.Gateway is null ? RouteAnswer.To(RouteForm.Through(row, way.IfIndex) with { Gateway = hop }) : Unreachable(row, $"packets to it go through {way.Gateway} on device {NameOf(way.IfIndex, netlink)}, which does not know the range from us");
    }

    public RouteAnswer? Explain(NodeRouteRow row, NetlinkException error, RouteNetlink netlink)
    {
        if (error.Errno is not (NetworkUnreachable or HostUnreachable or NetlinkException.Invalid))
            return null;
        // The same number says that the source is wrong, which is another matter.
        if (row.Source is { } source && netlink.FindRoute(source) is not { Type: Route.LocalType })
            return RouteAnswer.Refused(ErrorKind.Unavailable, $"{RouteName.Of(row)}: its source {source} is not an address of this node yet. {error.Message}");
        return Unreachable(row, $"the kernel refuses it as a gateway ({error.Message})");
    }

    private RouteAnswer Unreachable(NodeRouteRow row, string why) => settings.SkipUnreachable
        ? RouteAnswer.None
        : RouteAnswer.Refused(ErrorKind.Unavailable, $"{RouteName.Of(row)}: its address {row.NextHop} is on no network of this node: {why}. Let the network route the range and set {settings.Path}:skip-unreachable to true, or carry it in a tunnel (routing.provider: tunnel).");

    private static string NameOf(int ifIndex, RouteNetlink netlink) => netlink.FindLink(ifIndex)?.Name ?? $"number {ifIndex}";

    private static string Family(AddressFamily family) => family == AddressFamily.InterNetworkV6 ? "an IPv6" : "an IPv4";
}
