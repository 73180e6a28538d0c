using Cilium.Framework.Ipam;
using Cilium.Framework.Routing;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Nodes;

/// <summary>The routing backend's plan -> rows of <c>devices</c> and <c>node-routes</c> for this node.</summary>
/// <param name="node">This node.</param>
/// <param name="plan">What the routing backend wants.</param>
/// <param name="pools">Ranges of this node's endpoints with their gateways.</param>
/// <param name="mtu">Configured bytes per packet between nodes; null: the smallest of the planned devices.</param>
public sealed class DevicePlan(NodeDescription node, RoutingPlan plan, IReadOnlyList<IpamPool> pools, int? mtu)
{
    /// <summary>Name of the node's own door to its endpoints, as Cilium calls it (facts 9.11).</summary>
    public const string HostDevice = "cilium_host";

    /// <summary>Other side of <see cref="HostDevice"/>.</summary>
    public const string HostDevicePeer = "cilium_net";

    /// <summary>When no device tells.</summary>
    private const int StandardMtu = 1500;

    /// <summary>Bytes per packet on endpoint devices.</summary>
    public int DeviceMtu { get; } = mtu ?? node.Devices.Where(device => plan.Devices.Any(planned => planned.Name == device.Name)).Select(device => (int?)device.Mtu).Min() ?? StandardMtu;

    /// <summary>Bytes per packet on routes that may be wrapped.</summary>
    public int RouteMtu => DeviceMtu - plan.MtuOverhead;

    /// <summary>The host device and those of the plan.</summary>
    public IEnumerable<DeviceRow> Devices() => plan.Devices
        .Select(device => new DeviceRow(device.Name, device.Role, DeviceMtu))
        .Prepend(new DeviceRow(HostDevice, DeviceRole.Host, DeviceMtu, Gateway(isIPv6: false), Gateway(isIPv6: true)));

    /// <summary>This node's own ranges, through the host device.</summary>
    public IEnumerable<NodeRouteRow> Routes() => pools.Select(pool => new NodeRouteRow(pool.Cidr, node.Name, NextHop: null, HostDevice, pool.Gateway, RouteMtu));

    private System.Net.IPAddress? Gateway(bool isIPv6) => pools.FirstOrDefault(pool => pool.Cidr.IsIPv6 == isIPv6)?.Gateway;
}
