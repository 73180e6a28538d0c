using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Errors;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.Tunnel.Tests;

public sealed class TunnelPlanTests
{
    private static readonly NodeDescription Node = new("node1", [IpPrefix.Parse("10.0.0.0/24"), IpPrefix.Parse("fd00::/64")],
    [
        new("eth0", 1500, [IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1")], HasDefaultRoute: true),
        new("eth1", 9000, [IPAddress.Parse("198.51.100.1")], HasDefaultRoute: false),
    ]);

    [Theory]
    [InlineData(null, AddressFamily.InterNetwork, 50)]
    [InlineData(AddressFamily.InterNetwork, AddressFamily.InterNetwork, 50)]
    [InlineData(AddressFamily.InterNetworkV6, AddressFamily.InterNetworkV6, 70)]
    public void Wrapping_costs_what_the_outer_family_costs(AddressFamily? setting, AddressFamily underlay, int overhead)
    {
        foreach (var (protocol, encapsulation, device) in ((TunnelProtocol, Encapsulation, string)[])[(TunnelProtocol.Vxlan, Encapsulation.Vxlan, "cilium_vxlan"), (TunnelProtocol.Geneve, Encapsulation.Geneve, "cilium_geneve")])
        {
            var plan = Tunnels.Routing(Tunnels.Settings(protocol, underlay: setting)).Plan(Node);
            Assert.Equal((encapsulation, overhead, underlay), (plan.Encapsulation, plan.MtuOverhead, plan.Underlay));
            Assert.Equal([new PlannedDevice("eth0", DeviceRole.Native), new(device, DeviceRole.Overlay)], plan.Devices);
        }
    }

    [Fact]
    public void A_node_with_ipv6_addresses_only_wraps_in_ipv6()
    {
        var plan = Plan(Tunnels.Settings(), Node with { Devices = [Node.Devices[0] with { Addresses = [IPAddress.Parse("2001:db8::1")] }] });
        Assert.Equal((AddressFamily.InterNetworkV6, 70), (plan.Underlay, plan.MtuOverhead));
    }

    [Fact]
    public void Named_devices_are_planned_in_place_of_those_with_a_default_route() => Assert.Equal(
        [new PlannedDevice("eth1", DeviceRole.Native), new("cilium_vxlan", DeviceRole.Overlay)],
        Plan(Tunnels.Settings(devices: "eth1"), Node).Devices);

    [Fact]
    public void A_device_that_the_node_does_not_have_is_refused() =>
        Assert.Equal("routing:tunnel:devices: \"eth7\" is not a device of node node1. Its devices: eth0, eth1.", Refusal(Tunnels.Settings(devices: "eth7"), Node));

    [Fact]
    public void An_underlay_that_the_node_has_no_address_of_is_refused() => Assert.Equal(
        "routing:tunnel:underlay: \"ipv6\" is not possible on node node1: none of its devices has an IPv6 address. Its addresses: 198.51.100.1. Give it one, or leave the setting at auto.",
        Refusal(Tunnels.Settings(underlay: AddressFamily.InterNetworkV6), Node with { Devices = [Node.Devices[1]] }));

    [Theory]
    [InlineData(null, 1329, "vxlan over IPv4 (50 bytes) 1279", 1330)]
    [InlineData(AddressFamily.InterNetworkV6, 1349, "vxlan over IPv6 (70 bytes) 1279", 1350)]
    public void A_device_too_small_for_ipv6_within_the_tunnel_is_refused_with_both_numbers(AddressFamily? underlay, int mtu, string left, int enough)
    {
        Assert.Equal(
            $"routing:tunnel:devices: device eth0 carries {mtu} bytes: wrapped in {left} are left, but IPv6 needs 1280. Raise its MTU to {enough} or more, name another device, or give the nodes no IPv6 range.",
            Refusal(Tunnels.Settings(underlay: underlay), Small(mtu)));
        Assert.NotNull(Plan(Tunnels.Settings(underlay: underlay), Small(enough)));
        Assert.NotNull(Plan(Tunnels.Settings(underlay: underlay), Small(mtu) with { PodCidrs = [IpPrefix.Parse("10.0.0.0/24")] }));
        Assert.NotNull(Plan(Tunnels.Settings(underlay: underlay, devices: "eth1"), Small(mtu)));
    }

    [Fact]
    public void It_reaches_other_nodes_and_carries_their_identities() =>
        Assert.Equal(RoutingCapabilities.RemoteNodes | RoutingCapabilities.CarriesIdentity, Tunnels.Routing(Tunnels.Settings()).Capabilities);

    [Fact]
    public async Task Without_installing_routes_every_row_is_accepted_and_no_kernel_is_needed()
    {
        await using var routing = Tunnels.Routing(Tunnels.Settings() with { InstallRoutes = false });
        await routing.InitializeAsync(TestContext.Current.CancellationToken);
        var row = new NodeRouteRow(IpPrefix.Parse("10.1.0.0/24"), "node2", IPAddress.Parse("192.0.2.2"), null, null, 1450);
        Assert.True(Assert.Single(await routing.NodeRoutes.ApplyAsync(new([new(Reconciliation.ReconcileAction.Upsert, row, null)]), TestContext.Current.CancellationToken)).IsDone);
        Assert.Equal(0, await routing.NodeRoutes.PruneAsync([], TestContext.Current.CancellationToken));
    }

    private static NodeDescription Small(int mtu) => Node with { Devices = [Node.Devices[0] with { Mtu = mtu }, Node.Devices[1]] };

    private static RoutingPlan Plan(TunnelSettings settings, NodeDescription node) => Tunnels.Routing(settings).Plan(node);

    private static string Refusal(TunnelSettings settings, NodeDescription node) => Assert.Single(Assert.Throws<ConfigurationException>(() => Plan(settings, node)).Problems).ToString();
}
