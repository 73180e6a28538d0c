using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Ipam;
using Cilium.Framework.Routing;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Nodes;

/// <summary>How packets leave this node, as the routing backend planned it. The only row of the table <c>plan</c>; key: <see cref="Key"/>.</summary>
/// <param name="node">This node.</param>
/// <param name="plan">What the routing backend wants.</param>
/// <param name="pools">Ranges of this node's endpoints with their gateways.</param>
/// <param name="mtu">Configured bytes per packet between nodes; null: the smallest of the planned native devices.</param>
public sealed class DevicePlan(NodeDescription node, RoutingPlan plan, IReadOnlyList<IpamPool> pools, int? mtu) : IEquatable<DevicePlan>
{
    /// <summary>Key of the only row.</summary>
    public const string Key = "node";

    /// <summary>Name of the node's own door to its endpoints, as Cilium calls it (facts 9.11).</summary>
    public const string HostDevice = "cilium_host";

    /// <summary>Other side of <see cref="HostDevice"/>.</summary>
    public const string HostDevicePeer = "cilium_net";

    /// <summary>When no device tells.</summary>
    private const int StandardMtu = 1500;

    /// <summary>The node as it was planned for.</summary>
    public NodeDescription Node => node;

    /// <summary>What the routing backend wants.</summary>
    public RoutingPlan Routing => plan;

    /// <summary>What <c>mtu</c> says; null: nothing.</summary>
    public int? ConfiguredMtu => mtu;

    /// <summary>Native devices of the plan, as the node has them.</summary>
    public IEnumerable<NodeDevice> NativeDevices => node.Devices.Where(device => plan.Devices.Any(planned => planned.Name == device.Name && planned.Role == DeviceRole.Native));

    /// <summary>Bytes per packet on endpoint devices.</summary>
    public int DeviceMtu { get; } = mtu
        ?? node.Devices.Where(device => plan.Devices.Any(planned => planned.Name == device.Name && planned.Role == DeviceRole.Native)).Select(device => (int?)device.Mtu).Min()
        ?? StandardMtu;

    /// <summary>Bytes per packet on routes that may be wrapped.</summary>
    public int RouteMtu => DeviceMtu - plan.MtuOverhead;

    /// <summary>Family of the node addresses that wrapped packets go to; null: packets are not wrapped.</summary>
    public AddressFamily? Underlay => plan.Encapsulation == Encapsulation.None ? null : plan.Underlay;

    /// <summary>The host device and those of the plan.</summary>
    public IEnumerable<DeviceRow> Devices() => plan.Devices
        .Select(device => new DeviceRow(device.Name, device.Role, device.Role == DeviceRole.Overlay ? RouteMtu : DeviceMtu))
        .Prepend(new DeviceRow(HostDevice, DeviceRole.Host, DeviceMtu, GatewayOf(AddressFamily.InterNetwork), GatewayOf(AddressFamily.InterNetworkV6)));

    /// <summary>Routes to this node's own ranges, through the host device.</summary>
    public IEnumerable<NodeRouteRow> OwnRoutes() => pools.Select(pool => new NodeRouteRow(pool.Cidr, node.Name, NextHop: null, HostDevice, pool.Gateway, RouteMtu));

    /// <summary>Route to a range of another node.</summary>
    /// <returns>Null: the node has no address of the family that carries the range.</returns>
    public NodeRouteRow? RouteTo(NodeRangeRow range) => range.AddressOf(Underlay ?? range.Cidr.Family) is { } nextHop
        ? new NodeRouteRow(range.Cidr, range.Node.Name, nextHop, Device: null, Underlay is null ? null : GatewayOf(range.Cidr.Family), RouteMtu)
        : null;

    /// <summary>Whether two plans of one agent come to the same.</summary>
    public bool Equals(DevicePlan? other) => other is not null && ConfiguredMtu == other.ConfiguredMtu && RouteMtu == other.RouteMtu && Routing.Encapsulation == other.Routing.Encapsulation
        && Underlay == other.Underlay && Devices().SequenceEqual(other.Devices()) && OwnRoutes().SequenceEqual(other.OwnRoutes())
        && Node.Devices.Select(Words).SequenceEqual(other.Node.Devices.Select(Words));

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as DevicePlan);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(RouteMtu, Routing.Encapsulation, Node.Devices.Count);

    private static string Words(NodeDevice device) => $"{device.Name} {device.Mtu} {device.HasDefaultRoute} {string.Join(' ', device.Addresses)}";

    private IPAddress? GatewayOf(AddressFamily family) => pools.FirstOrDefault(pool => pool.Cidr.Family == family)?.Gateway;
}
