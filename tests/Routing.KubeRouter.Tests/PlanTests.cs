using System.Net;
using Cilium.Framework.Errors;
using Cilium.Framework.Netlink;
using Cilium.Framework.Routing.KubeRouter.Tests.Nodes;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.Tests;

public sealed class PlanTests
{
    private static readonly NodeDescription Node = new("node1", [IpPrefix.Parse("10.0.0.0/24")],
    [
        new("eth0", 1500, [IPAddress.Parse("192.0.2.1")], HasDefaultRoute: true),
        new("eth1", 9000, [IPAddress.Parse("198.51.100.1")], HasDefaultRoute: false),
        new("tun-19202", 1480, [], HasDefaultRoute: true),
    ]);

    [Fact]
    public async Task Devices_with_a_default_route_are_planned_and_kube_routers_tunnels_never()
    {
        await using var routing = Routing();
        var plan = routing.Plan(Node);
        Assert.Equal((Encapsulation.None, 0), (plan.Encapsulation, plan.MtuOverhead));
        Assert.Equal([new PlannedDevice("eth0", DeviceRole.Native)], plan.Devices);
    }

    [Fact]
    public async Task Named_devices_are_planned_in_their_place()
    {
        await using var routing = Routing("eth1");
        Assert.Equal([new PlannedDevice("eth1", DeviceRole.Native)], routing.Plan(Node).Devices);
    }

    [Fact]
    public async Task A_device_that_the_node_does_not_have_is_refused()
    {
        await using var routing = Routing("eth1", "eth7");
        Assert.Equal(
            "routing:kube-router:devices: \"eth7\" is not a device of node node1. Its devices: eth0, eth1, tun-19202.",
            Assert.Single(Assert.Throws<ConfigurationException>(() => routing.Plan(Node)).Problems).ToString());
    }

    [Fact]
    public async Task Routes_to_other_nodes_are_answered_for()
    {
        await using var routing = Routing();
        Assert.Equal(RoutingCapabilities.RemoteNodes, routing.Capabilities);
    }

    private static KubeRouterRouting Routing(params string[] devices) => new(new("routing:kube-router") { Devices = devices }, new FakeContext(), RouteNetlink.Open);
}
