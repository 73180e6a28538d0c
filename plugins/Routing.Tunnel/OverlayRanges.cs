using Cilium.Framework.Errors;
using Cilium.Framework.Netlink;
using Cilium.Framework.Routing.Shared;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.Tunnel;

/// <summary>Ranges of other nodes lead to the node's own door, where the datapath picks packets up and wraps them: which node they go to is its business.</summary>
internal sealed class OverlayRanges : IRemoteRanges
{
    /// <summary>The node's own door to its endpoints, as Cilium calls it; the datapath makes it.</summary>
    public const string HostDevice = "cilium_host";

    public static readonly OverlayRanges Instance = new();

    public RouteAnswer Answer(NodeRouteRow row, RouteNetlink netlink) => netlink.FindLink(HostDevice) is { } device
        ? RouteAnswer.To(RouteForm.OnDevice(row, device.Index))
        : RouteAnswer.Refused(ErrorKind.Unavailable, $"{RouteName.Of(row)}: there is no device {HostDevice} yet.");

    public RouteAnswer? Explain(NodeRouteRow row, NetlinkException error, RouteNetlink netlink) => null;
}
