using Cilium.Framework.Errors;
using Cilium.Framework.Netlink;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.Shared;

/// <summary>This node's own ranges: on its host device, where the datapath takes the packets over.</summary>
internal static class HostRanges
{
    public static RouteAnswer Answer(NodeRouteRow row, RouteNetlink netlink)
    {
        if (row.Device is null)
            return RouteAnswer.Refused(ErrorKind.Invalid, $"route {row.PodCidr}: a range of this node needs a device.");
        return netlink.FindLink(row.Device) is { } device
            ? RouteAnswer.To(RouteForm.OnDevice(row, device.Index))
            : RouteAnswer.Refused(ErrorKind.Unavailable, $"route {row.PodCidr}: there is no device {row.Device} yet.");
    }
}
