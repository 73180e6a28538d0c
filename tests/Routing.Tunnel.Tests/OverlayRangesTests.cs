using Cilium.Framework.Routing.Shared;
using Cilium.Framework.Routing.Testing;

namespace Cilium.Framework.Routing.Tunnel.Tests;

[Trait("Needs", "Root")]
public sealed class OverlayRangesTests : IDisposable
{
    private readonly RoutedNode _node = new();
    private readonly KernelRoutes _routes;

    public OverlayRangesTests() => _routes = _node.Routes(OverlayRanges.Instance);

    [Theory]
    [InlineData("10.1.0.0/24", "203.0.113.7", "10.0.0.1", 253)]
    [InlineData("10.1.0.0/24", "2001:db8:9::7", "10.0.0.1", 253)]
    [InlineData("fd01::/64", "2001:db8:9::7", "fd00::1", 0)]
    [InlineData("fd01::/64", "203.0.113.7", "fd00::1", 0)]
    public async Task A_range_of_another_node_leads_to_the_datapath_wherever_the_node_is(string cidr, string nextHop, string source, int scope)
    {
        Assert.Equal("done", await RoutedNode.UpsertAsync(_routes, RoutedNode.Remote(cidr, nextHop, source)));
        var route = Assert.Single(_node.Own);
        Assert.Equal((cidr, "cilium_host", source, 1450, scope), ($"{route.Destination}/{route.PrefixLength}", _node.NameOf(route.IfIndex), route.PreferredSource!.ToString(), route.Mtu, route.Scope));
        Assert.Null(route.Gateway);
    }

    [Theory]
    [InlineData("10.1.0.0/24", "203.0.113.7", "203.0.113.8")]
    [InlineData("fd01::/64", "2001:db8:9::7", "2001:db8:9::8")]
    public async Task A_node_that_moves_changes_no_route(string cidr, string from, string to)
    {
        await RoutedNode.UpsertAsync(_routes, RoutedNode.Remote(cidr, from));
        using var watch = new RouteWatch(_node.Namespace);
        Assert.Equal("done", await RoutedNode.UpsertAsync(_routes, RoutedNode.Remote(cidr, to)));
        Assert.Empty(await watch.SeenAsync(_node));
    }

    [Theory]
    [InlineData("10.1.0.0/24")]
    [InlineData("fd01::/64")]
    public async Task A_route_that_direct_routing_made_is_taken_over_in_one_step(string cidr)
    {
        var row = RoutedNode.Remote(cidr, cidr.Contains(':', StringComparison.Ordinal) ? "2001:db8::2" : "192.0.2.2");
        _node.AddForeign(cidr, "lan0", RoutedNode.Protocol, row.NextHop!.ToString());
        using var watch = new RouteWatch(_node.Namespace);
        Assert.Equal("done", await RoutedNode.UpsertAsync(_routes, row));
        Assert.Equal([$"set {cidr} via "], await watch.SeenAsync(_node));
        Assert.Single(_node.Own);
    }

    [Fact]
    public async Task Before_the_datapath_made_its_device_a_row_fails_and_is_tried_again()
    {
        _node.Netlink.DeleteLink("cilium_host");
        Assert.Equal("Unavailable: route 10.1.0.0/24 of node node2: there is no device cilium_host yet.", await RoutedNode.UpsertAsync(_routes, RoutedNode.Remote("10.1.0.0/24", "192.0.2.2")));
        _node.AddDevice("cilium_host");
        Assert.Equal("done", await RoutedNode.UpsertAsync(_routes, RoutedNode.Remote("10.1.0.0/24", "192.0.2.2")));
    }

    [Theory]
    [InlineData("10.1.0.0/24")]
    [InlineData("fd01::/64")]
    public async Task A_range_that_somebody_else_routes_is_a_conflict_and_stays_his(string cidr)
    {
        _node.AddForeign(cidr, "lan0", protocol: 17);
        var before = _node.All;
        Assert.Equal(
            $"Conflict: route {cidr} of node node2: there is one of protocol 17 already, which is not ours. Remove that route or give node node2 another range.",
            await RoutedNode.UpsertAsync(_routes, RoutedNode.Remote(cidr, "192.0.2.2")));
        Assert.Equal(0, await _routes.PruneAsync([], TestContext.Current.CancellationToken));
        Assert.Equal(before, _node.All);
    }

    [Fact]
    public async Task Pruning_takes_what_no_node_has_any_more()
    {
        await RoutedNode.UpsertAsync(_routes, RoutedNode.Remote("10.1.0.0/24", "192.0.2.2"));
        await RoutedNode.UpsertAsync(_routes, RoutedNode.Remote("fd01::/64", "192.0.2.2"));
        Assert.Equal(1, await _routes.PruneAsync([RoutedNode.Remote("10.1.0.0/24", "192.0.2.3")], TestContext.Current.CancellationToken));
        Assert.Equal("10.1.0.0", Assert.Single(_node.Own).Destination!.ToString());
    }

    public void Dispose() => _node.Dispose();
}
