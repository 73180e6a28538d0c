using Cilium.Framework.Netlink;
using Cilium.Framework.Routing.Shared;
using Cilium.Framework.Routing.Testing;

namespace Cilium.Framework.Routing.Direct.Tests;

/// <summary>Ranges of this node, and what holds for every row.</summary>
[Trait("Needs", "Root")]
public sealed class KernelRoutesTests : IDisposable
{
    private readonly RoutedNode _node = new();
    private readonly KernelRoutes _routes;

    public KernelRoutesTests() => _routes = _node.Routes(new UnknownRanges(new() { Path = "routing:direct", Devices = new("devices", []) }));

    [Theory]
    [InlineData("10.0.0.0/24", "10.0.0.1")]
    [InlineData("fd00::/64", "fd00::1")]
    public async Task A_range_of_this_node_gets_a_route_through_its_device(string cidr, string source)
    {
        Assert.Equal("done", await RoutedNode.UpsertAsync(_routes, RoutedNode.Row(cidr, source)));
        var route = Assert.Single(_node.Own);
        Assert.Equal((_node.Index("cilium_host"), source, 1450, Route.MainTable), (route.IfIndex, route.PreferredSource!.ToString(), route.Mtu, route.Table));
        Assert.Equal(cidr, $"{route.Destination}/{route.PrefixLength}");
    }

    [Theory]
    [InlineData("10.0.0.0/24", "10.0.0.1")]
    [InlineData("fd00::/64", "fd00::1")]
    public async Task Applying_a_realised_row_again_leaves_its_one_route_as_it_is(string cidr, string source)
    {
        await RoutedNode.UpsertAsync(_routes, RoutedNode.Row(cidr, source));
        var wanted = _node.Own;
        Assert.Equal("done", await RoutedNode.UpsertAsync(_routes, RoutedNode.Row(cidr, source)));
        Assert.Equal(wanted, _node.Own);
    }

    [Theory]
    [InlineData("10.0.0.0/24", "10.0.0.1")]
    [InlineData("fd00::/64", "fd00::1")]
    public async Task A_changed_row_replaces_its_route(string cidr, string source)
    {
        await RoutedNode.UpsertAsync(_routes, RoutedNode.Row(cidr, source));
        Assert.Equal("done", await RoutedNode.UpsertAsync(_routes, RoutedNode.Row(cidr, source, "host1") with { Mtu = 1300 }));
        var route = Assert.Single(_node.Own);
        Assert.Equal((1300, "host1"), (route.Mtu, _node.NameOf(route.IfIndex)));
    }

    [Theory]
    [InlineData("10.0.0.0/24", "10.0.0.1")]
    [InlineData("fd00::/64", "fd00::1")]
    public async Task A_deleted_row_takes_its_route_along_and_deleting_again_succeeds(string cidr, string source)
    {
        await RoutedNode.UpsertAsync(_routes, RoutedNode.Row(cidr, source));
        Assert.Equal("done", await RoutedNode.DeleteAsync(_routes, RoutedNode.Row(cidr, source)));
        Assert.Equal("done", await RoutedNode.DeleteAsync(_routes, RoutedNode.Row(cidr, source)));
        Assert.Empty(_node.Own);
    }

    [Theory]
    [InlineData("10.0.0.0/24")]
    [InlineData("fd00::/64")]
    public async Task A_route_of_somebody_else_is_neither_replaced_nor_deleted(string cidr)
    {
        _node.AddForeign(cidr, "host1", protocol: 17);
        var before = _node.All;
        Assert.Equal($"Conflict: route {cidr}: there is one of protocol 17 already, which is not ours. Remove that route or give this node another range.", await RoutedNode.UpsertAsync(_routes, RoutedNode.Row(cidr)));
        Assert.Equal("done", await RoutedNode.DeleteAsync(_routes, RoutedNode.Row(cidr)));
        Assert.Equal(0, await _routes.PruneAsync([], TestContext.Current.CancellationToken));
        Assert.Equal(before, _node.All);
    }

    [Theory]
    [InlineData("10.0.0.0/24")]
    [InlineData("fd00::/64")]
    public async Task A_route_under_a_number_that_was_ours_once_is_somebody_elses_now(string cidr)
    {
        var renumbered = _node.Routes(new UnknownRanges(new() { Path = "routing:direct", Devices = new("devices", []) }), protocol: 170);
        await RoutedNode.UpsertAsync(_routes, RoutedNode.Row(cidr));
        Assert.Equal(0, await renumbered.PruneAsync([], TestContext.Current.CancellationToken));
        Assert.Equal($"Conflict: route {cidr}: there is one of protocol 161 already, which is not ours. Remove that route or give this node another range.", await RoutedNode.UpsertAsync(renumbered, RoutedNode.Row(cidr)));
        Assert.Single(_node.Own);
        await RoutedNode.DeleteAsync(_routes, RoutedNode.Row(cidr));
        Assert.Equal("done", await RoutedNode.UpsertAsync(renumbered, RoutedNode.Row(cidr)));
        Assert.Empty(_node.Own);
        Assert.Single(_node.All, route => route.Protocol == 170);
    }

    [Fact]
    public async Task Pruning_removes_only_own_routes_of_the_main_table_that_nobody_desires()
    {
        await RoutedNode.UpsertAsync(_routes, RoutedNode.Row("10.0.0.0/24", "10.0.0.1"));
        await RoutedNode.UpsertAsync(_routes, RoutedNode.Row("10.0.1.0/24", "10.0.0.1"));
        await RoutedNode.UpsertAsync(_routes, RoutedNode.Row("fd00::/64"));
        _node.AddForeign("10.5.0.0/16", "host1", protocol: 4);
        _node.Netlink.AddRoute(new Route { IfIndex = _node.Index("host1"), Scope = 253, Protocol = RoutedNode.Protocol, Table = 2005 });
        Assert.Equal(2, await _routes.PruneAsync([RoutedNode.Row("10.0.0.0/24")], TestContext.Current.CancellationToken));
        Assert.Equal(["10.0.0.0/24 in 254", "/0 in 2005"], _node.Own.Select(route => $"{route.Destination}/{route.PrefixLength} in {route.Table}").Order().Reverse());
        Assert.Single(_node.All, route => route.Protocol == 4);
    }

    [Fact]
    public async Task A_device_that_does_not_exist_yet_is_tried_again() =>
        Assert.Equal("Unavailable: route 10.0.0.0/24: there is no device later0 yet.", await RoutedNode.UpsertAsync(_routes, RoutedNode.Row("10.0.0.0/24", device: "later0")));

    [Fact]
    public async Task A_range_of_this_node_without_a_device_is_refused() =>
        Assert.Equal("Invalid: route 10.0.0.0/24: a range of this node needs a device.", await RoutedNode.UpsertAsync(_routes, RoutedNode.Row("10.0.0.0/24") with { Device = null }));

    [Fact]
    public async Task A_range_of_another_node_is_not_supported_unless_asked_for() =>
        Assert.Equal(
            "Unsupported: route 10.1.0.0/24 of node node2: routing direct installs routes of its own node only; the network has to know the others, or set routing:direct:auto-direct-node-routes to true.",
            await RoutedNode.UpsertAsync(_routes, RoutedNode.Remote("10.1.0.0/24", "192.0.2.2")));

    [Fact]
    public async Task What_the_kernel_says_reaches_the_status()
    {
        var outcome = await RoutedNode.UpsertAsync(_routes, RoutedNode.Row("10.0.0.0/24", "203.0.113.9"));
        Assert.StartsWith("Unavailable: route 10.0.0.0/24: add route 10.0.0.0/24 in table 254", outcome, StringComparison.Ordinal);
    }

    public void Dispose() => _node.Dispose();
}
