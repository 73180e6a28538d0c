using Cilium.Framework.Netlink;
using Cilium.Framework.Nodes;
using Cilium.Framework.Routing;

namespace Cilium.Framework.Routes;

/// <summary>Devices that a routing backend made for an earlier plan.</summary>
internal static class LeftDevices
{
    /// <summary>Removes those that the present plan does not name.</summary>
    /// <param name="netlink">The node's namespace.</param>
    /// <param name="plan">The present plan; null: nothing is planned any more.</param>
    /// <returns>Names of those removed.</returns>
    public static IReadOnlyList<string> Remove(RouteNetlink netlink, DevicePlan? plan)
    {
        var planned = plan?.Routing.Devices.Select(device => device.Name).ToHashSet() ?? [];
        var left = netlink.ListLinks().Where(link => link.Alias == PlannedDevice.OwnAlias && !planned.Contains(link.Name)).ToList();
        foreach (var link in left)
            netlink.DeleteLink(link.Index);
        return [.. left.Select(link => link.Name)];
    }
}
