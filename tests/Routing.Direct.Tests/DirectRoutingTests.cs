using System.Net;
using Cilium.Framework.Errors;
using Cilium.Framework.Routing.Testing;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.Direct.Tests;

public sealed class DirectRoutingTests
{
    private static readonly NodeDescription Node = new("node1", [IpPrefix.Parse("10.0.0.0/24")],
    [
        new("eth0", 1500, [IPAddress.Parse("192.0.2.1")], HasDefaultRoute: true),
        new("eth1", 9000, [IPAddress.Parse("198.51.100.1")], HasDefaultRoute: false),
    ]);

    [Fact]
    public void Without_settings_the_devices_with_a_default_route_are_planned()
    {
        var plan = Routing().Plan(Node);
        Assert.Equal((Encapsulation.None, 0), (plan.Encapsulation, plan.MtuOverhead));
        Assert.Equal([new PlannedDevice("eth0", DeviceRole.Native)], plan.Devices);
    }

    [Fact]
    public void Named_devices_are_planned_in_their_place() =>
        Assert.Equal([new PlannedDevice("eth1", DeviceRole.Native)], Routing("eth1").Plan(Node).Devices);

    [Fact]
    public void A_device_that_the_node_does_not_have_is_refused()
    {
        var error = Assert.Throws<ConfigurationException>(() => Routing("eth1", "eth7", "eth8").Plan(Node));
        Assert.Equal(
            ["routing:direct:devices: \"eth7\" is not a device of node node1. Its devices: eth0, eth1.", "routing:direct:devices: \"eth8\" is not a device of node node1. Its devices: eth0, eth1."],
            error.Problems.Select(problem => problem.ToString()));
    }

    [Fact]
    public void A_node_without_a_default_route_has_no_devices() =>
        Assert.Empty(Routing().Plan(Node with { Devices = [Node.Devices[1]] }).Devices);

    [Fact]
    public async Task Without_installing_routes_every_row_is_accepted_and_no_kernel_is_needed()
    {
        await using var routing = new DirectRouting(Settings() with { InstallRoutes = false }, RoutedNode.Protocol);
        var row = new NodeRouteRow(IpPrefix.Parse("10.0.0.0/24"), "node1", null, "no-such-device", null, 1500);
        var outcomes = await routing.NodeRoutes.ApplyAsync(new([new(Reconciliation.ReconcileAction.Upsert, row, null)]), TestContext.Current.CancellationToken);
        Assert.True(Assert.Single(outcomes).IsDone);
        Assert.Equal(0, await routing.NodeRoutes.PruneAsync([], TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Ranges_of_other_nodes_are_its_business_only_when_asked_for()
    {
        Assert.Equal(RoutingCapabilities.None, Routing().Capabilities);
        Assert.Equal(RoutingCapabilities.RemoteNodes, new DirectRouting(Settings() with { AutoDirectNodeRoutes = true }, RoutedNode.Protocol).Capabilities);
        Assert.IsType<UnknownRanges>(DirectRouting.RemoteRanges(Settings()));
        Assert.IsType<GatewayRanges>(DirectRouting.RemoteRanges(Settings() with { AutoDirectNodeRoutes = true }));
    }

    private static DirectRouting Routing(params string[] devices) => new(Settings(devices), RoutedNode.Protocol);

    private static DirectSettings Settings(params string[] devices) => new() { Path = "routing:direct", Devices = new("routing:direct:devices", devices) };
}
