using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Health;
using Cilium.Framework.Ipam;
using Cilium.Framework.Nodes;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routes;
using Cilium.Framework.Routing;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Core.Tests.Routes;

public sealed class NodeRouteControllerTests
{
    private static readonly NodeDescription Node = new(
        "m", [IpPrefix.Parse("10.1.0.0/24")], [new("eth0", 1500, [IPAddress.Parse("192.168.0.1")], HasDefaultRoute: true), new("eth1", 9000, [], HasDefaultRoute: false)]);

    private static readonly IpamPool Pool = new(IpPrefix.Parse("10.1.0.0/24"), IPAddress.Parse("10.1.0.1"), 253, 0);
    private static readonly NodeRouteRow Own = new(Pool.Cidr, "m", null, DevicePlan.HostDevice, Pool.Gateway, 1500);

    private readonly Table<string, DevicePlan> _plans = new("plan", _ => DevicePlan.Key);
    private readonly Table<IpPrefix, NodeRangeRow> _ranges = new("node-ranges", row => row.Cidr);
    private readonly DesiredTable<IpPrefix, NodeRouteRow> _routes = new("node-routes", row => row.PodCidr, TimeProvider.System);
    private readonly DesiredTable<string, DeviceRow> _devices = new("devices", row => row.Name, TimeProvider.System);
    private readonly HealthTree _health = new(TimeProvider.System);

    private static DevicePlan Plan(Encapsulation encapsulation, int overhead, AddressFamily underlay = AddressFamily.InterNetwork, int? mtu = null) => new(
        Node, new RoutingPlan(encapsulation, overhead, encapsulation == Encapsulation.None ? [new("eth0", DeviceRole.Native)] : [new("eth0", DeviceRole.Native), new("overlay0", DeviceRole.Overlay)]) { Underlay = underlay }, [Pool], mtu);

    private void Range(string cidr, string node, string? ipv4, string? ipv6 = null) =>
        _ranges.Upsert(new NodeRangeRow(IpPrefix.Parse(cidr), new("default", node), node == "m", ipv4 is null ? null : IPAddress.Parse(ipv4), ipv6 is null ? null : IPAddress.Parse(ipv6)));

    private IEnumerable<NodeRouteRow> Routes(bool hasRemote = true)
    {
        new NodeRouteController(hasRemote, _plans, _ranges, _routes, _health.Scope("node-routes")).Compute();
        return _routes.Desired.OrderBy(row => row.PodCidr);
    }

    private string Said => _health.Snapshot().Single(node => node.Path == "node-routes").Message;

    [Fact]
    public void Nothing_is_routed_before_there_is_a_plan()
    {
        Range("10.1.0.0/24", "m", "192.168.0.1");
        Assert.Empty(Routes());
    }

    [Fact]
    public void A_backend_that_answers_for_this_node_only_is_asked_for_its_own_ranges_only()
    {
        _plans.Upsert(Plan(Encapsulation.None, 0));
        Range("10.1.0.0/24", "m", "192.168.0.1");
        Range("10.2.0.0/24", "a", "192.168.0.2");
        Assert.Equal([Own], Routes(hasRemote: false));
    }

    [Fact]
    public void Another_nodes_range_goes_through_its_address_of_the_ranges_family()
    {
        _plans.Upsert(Plan(Encapsulation.None, 0));
        Range("10.2.0.0/24", "a", "192.168.0.2", "fd00::2");
        Range("fd10:2::/64", "a", "192.168.0.2", "fd00::2");
        Assert.Equal(
            [Own, new(IpPrefix.Parse("10.2.0.0/24"), "a", IPAddress.Parse("192.168.0.2"), null, null, 1500), new(IpPrefix.Parse("fd10:2::/64"), "a", IPAddress.Parse("fd00::2"), null, null, 1500)], Routes());
    }

    [Fact]
    public void A_wrapped_range_goes_through_the_nodes_address_of_the_underlays_family_from_this_nodes_own_among_its_endpoints()
    {
        _plans.Upsert(Plan(Encapsulation.Vxlan, 70, AddressFamily.InterNetworkV6));
        Range("10.2.0.0/24", "a", "192.168.0.2", "fd00::2");
        Assert.Equal([Own with { Mtu = 1430 }, new(IpPrefix.Parse("10.2.0.0/24"), "a", IPAddress.Parse("fd00::2"), null, Pool.Gateway, 1430)], Routes());
        new DeviceController(_plans, _devices).Compute();
        Assert.Equal(
            [new(DevicePlan.HostDevice, DeviceRole.Host, 1500, Pool.Gateway), new("eth0", DeviceRole.Native, 1500), new("overlay0", DeviceRole.Overlay, 1430)], _devices.Desired.OrderBy(row => row.Name, StringComparer.Ordinal));
    }

    [Fact]
    public void A_node_that_cannot_be_reached_is_told_of()
    {
        _plans.Upsert(Plan(Encapsulation.None, 0));
        Range("fd10:2::/64", "a", "192.168.0.2");
        Assert.Equal([Own], Routes());
        Assert.Equal("range fd10:2::/64 of node default/a: the node has no IPv6 address, by which it would be reached.", Said);
    }

    [Fact]
    public void The_mtu_is_the_smallest_of_the_native_devices_or_what_is_configured()
    {
        Assert.Equal((1500, 1450), (Plan(Encapsulation.Vxlan, 50).DeviceMtu, Plan(Encapsulation.Vxlan, 50).RouteMtu));
        Assert.Equal((9000, 8950), (Plan(Encapsulation.Vxlan, 50, mtu: 9000).DeviceMtu, Plan(Encapsulation.Vxlan, 50, mtu: 9000).RouteMtu));
        Assert.Equal(Plan(Encapsulation.Vxlan, 50), Plan(Encapsulation.Vxlan, 50));
        Assert.NotEqual(Plan(Encapsulation.Vxlan, 50), Plan(Encapsulation.Vxlan, 50, mtu: 1400));
    }
}
