using Cilium.Framework.Netlink;
using Cilium.Framework.Routing.Shared;
using Cilium.Framework.Routing.Testing;

namespace Cilium.Framework.Routing.Direct.Tests;

/// <summary>Ranges of other nodes, through those nodes.</summary>
[Trait("Needs", "Root")]
public sealed class GatewayRangesTests : IDisposable
{
    private readonly RoutedNode _node = new();
    private readonly KernelRoutes _routes;

    public GatewayRangesTests() => _routes = Routes(skip: false);

    [Theory]
    [InlineData("10.1.0.0/24", "192.0.2.2", "10.0.0.1", "lan0")]
    [InlineData("10.1.0.0/24", "198.51.100.2", "10.0.0.1", "lan1")]
    [InlineData("fd01::/64", "2001:db8::2", "fd00::1", "lan0")]
    [InlineData("fd01::/64", "2001:db8:1::2", "fd00::1", "lan1")]
    public async Task A_range_of_another_node_goes_through_that_node_on_the_device_that_reaches_it(string cidr, string nextHop, string source, string device)
    {
        Assert.Equal("done", await RoutedNode.UpsertAsync(_routes, RoutedNode.Remote(cidr, nextHop, source)));
        var route = Assert.Single(_node.Own);
        Assert.Equal($"{cidr} via {nextHop} dev {device} src {source} mtu 1450", Text(route));
        Assert.Equal((Route.MainTable, RoutedNode.Protocol, Route.UnicastType), (route.Table, route.Protocol, route.Type));
    }

    [Theory]
    [InlineData("10.1.0.0/24", "192.0.2.2")]
    [InlineData("fd01::/64", "2001:db8::2")]
    public async Task Applying_a_realised_row_again_says_nothing_to_the_kernel(string cidr, string nextHop)
    {
        await RoutedNode.UpsertAsync(_routes, RoutedNode.Remote(cidr, nextHop));
        using var watch = new RouteWatch(_node.Namespace);
        Assert.Equal("done", await RoutedNode.UpsertAsync(_routes, RoutedNode.Remote(cidr, nextHop)));
        Assert.Empty(await watch.SeenAsync(_node));
    }

    [Theory]
    [InlineData("10.1.0.0/24", "192.0.2.2", "192.0.2.3")]
    [InlineData("10.1.0.0/24", "192.0.2.2", "198.51.100.3")]
    [InlineData("fd01::/64", "2001:db8::2", "2001:db8::3")]
    [InlineData("fd01::/64", "2001:db8::2", "2001:db8:1::3")]
    public async Task A_node_that_moves_gets_its_new_route_before_the_old_one_goes(string cidr, string from, string to)
    {
        await RoutedNode.UpsertAsync(_routes, RoutedNode.Remote(cidr, from));
        using var watch = new RouteWatch(_node.Namespace);
        Assert.Equal("done", await RoutedNode.UpsertAsync(_routes, RoutedNode.Remote(cidr, to)));
        Assert.StartsWith($"{cidr} via {to} ", Text(Assert.Single(_node.Own)), StringComparison.Ordinal);
        // In one step: the kernel tells the new one only.
        Assert.Equal([$"set {cidr} via {to}"], await watch.SeenAsync(_node));
    }

    [Theory]
    [InlineData("10.1.0.0/24", "192.0.2.2")]
    [InlineData("fd01::/64", "2001:db8::2")]
    public async Task A_range_goes_over_from_another_node_to_this_one_and_back_in_one_step_each(string cidr, string nextHop)
    {
        await RoutedNode.UpsertAsync(_routes, RoutedNode.Remote(cidr, nextHop));
        using var watch = new RouteWatch(_node.Namespace);
        Assert.Equal("done", await RoutedNode.UpsertAsync(_routes, RoutedNode.Row(cidr)));
        Assert.Equal($"{cidr} dev cilium_host mtu 1450", Text(Assert.Single(_node.Own)));
        Assert.Equal("done", await RoutedNode.UpsertAsync(_routes, RoutedNode.Remote(cidr, nextHop)));
        Assert.Equal($"{cidr} via {nextHop} dev lan0 mtu 1450", Text(Assert.Single(_node.Own)));
        Assert.Equal([$"set {cidr} via ", $"set {cidr} via {nextHop}"], await watch.SeenAsync(_node));
    }

    [Theory]
    [InlineData("10.1.0.0/24", "192.0.2.2")]
    [InlineData("fd01::/64", "2001:db8::2")]
    public async Task An_own_route_at_another_metric_goes_after_the_right_one_is_there(string cidr, string nextHop)
    {
        var row = RoutedNode.Remote(cidr, nextHop);
        _node.Netlink.AddRoute(new Route { Destination = row.PodCidr.Address, PrefixLength = row.PodCidr.Length, IfIndex = _node.Index("lan1"), Protocol = RoutedNode.Protocol, Priority = 77, Scope = row.PodCidr.IsIPv6 ? (byte)0 : (byte)253 });
        Assert.Equal("done", await RoutedNode.UpsertAsync(_routes, row));
        Assert.Equal($"{cidr} via {nextHop} dev lan0 mtu 1450", Text(Assert.Single(_node.Own)));
    }

    [Theory]
    [InlineData("10.1.0.0/24", "203.0.113.7", "192.0.2.254")]
    [InlineData("fd01::/64", "2001:db8:9::7", "2001:db8::fffe")]
    public async Task A_node_behind_a_router_is_a_failed_row_that_says_which_router_and_what_to_do(string cidr, string nextHop, string router)
    {
        Assert.Equal(
            $"Unavailable: route {cidr} of node node2: its address {nextHop} is on no network of this node: packets to it go through {router} on device lan0, which does not know the range from us. " +
            "Let the network route the range and set routing:direct:skip-unreachable to true, or carry it in a tunnel (routing.provider: tunnel).",
            await RoutedNode.UpsertAsync(_routes, RoutedNode.Remote(cidr, nextHop)));
        Assert.Empty(_node.Own);
    }

    [Theory]
    [InlineData("10.1.0.0/24", "192.0.2.2", "203.0.113.7")]
    [InlineData("fd01::/64", "2001:db8::2", "2001:db8:9::7")]
    public async Task A_node_that_moves_behind_a_router_keeps_its_old_route_until_it_is_known_what_is_right(string cidr, string nextHop, string behind)
    {
        await RoutedNode.UpsertAsync(_routes, RoutedNode.Remote(cidr, nextHop));
        Assert.StartsWith("Unavailable: ", await RoutedNode.UpsertAsync(_routes, RoutedNode.Remote(cidr, behind)), StringComparison.Ordinal);
        Assert.Single(_node.Own);
    }

    [Theory]
    [InlineData("10.1.0.0/24", "192.0.2.2", "203.0.113.7")]
    [InlineData("fd01::/64", "2001:db8::2", "2001:db8:9::7")]
    public async Task Skipping_leaves_a_node_behind_a_router_to_the_network_and_takes_the_own_stale_route_away(string cidr, string nextHop, string behind)
    {
        var routes = Routes(skip: true);
        Assert.Equal("done", await RoutedNode.UpsertAsync(routes, RoutedNode.Remote(cidr, nextHop)));
        Assert.Single(_node.Own);
        Assert.Equal("done", await RoutedNode.UpsertAsync(routes, RoutedNode.Remote(cidr, behind)));
        Assert.Empty(_node.Own);
        _node.AddForeign(cidr, "lan1", protocol: 17);
        Assert.Equal("done", await RoutedNode.UpsertAsync(routes, RoutedNode.Remote(cidr, behind)));
        Assert.Single(_node.All, route => route.Protocol == 17);
    }

    [Theory]
    [InlineData("10.1.0.0/24", "192.0.2.2", "192.0.2.9")]
    [InlineData("fd01::/64", "2001:db8::2", "2001:db8::9")]
    public async Task A_range_that_somebody_else_routes_is_a_conflict_and_stays_his(string cidr, string nextHop, string theirs)
    {
        _node.AddForeign(cidr, "lan0", protocol: 17, theirs);
        var before = _node.All;
        Assert.Equal(
            $"Conflict: route {cidr} of node node2: there is one of protocol 17 already, which is not ours. Remove that route or give node node2 another range.",
            await RoutedNode.UpsertAsync(_routes, RoutedNode.Remote(cidr, nextHop)));
        await RoutedNode.DeleteAsync(_routes, RoutedNode.Remote(cidr, nextHop));
        Assert.Equal(0, await _routes.PruneAsync([], TestContext.Current.CancellationToken));
        Assert.Equal(before, _node.All);
    }

    [Fact]
    public async Task A_way_that_somebody_appends_to_our_ipv6_route_is_never_taken_away()
    {
        var row = RoutedNode.Remote("fd01::/64", "2001:db8::2");
        await RoutedNode.UpsertAsync(_routes, row);
        Ip("-6 route append fd01::/64 via 2001:db8::9 proto 17");
        Assert.Equal(
            "Conflict: route fd01::/64 of node node2: somebody appended a way of theirs to it. Remove that route or give node node2 another range.",
            await RoutedNode.UpsertAsync(_routes, row with { Mtu = 1400 }));
        Assert.Equal(2, Assert.Single(_node.Own).NextHops.Count);
        Assert.Equal("done", await RoutedNode.DeleteAsync(_routes, row));
        Assert.Equal("2001:db8::9", Assert.Single(_node.All, route => route.Protocol == 17).Gateway!.ToString());
        Assert.Empty(_node.Own);
    }

    [Fact]
    public async Task A_second_way_of_our_own_is_taken_away()
    {
        var row = RoutedNode.Remote("fd01::/64", "2001:db8::2");
        await RoutedNode.UpsertAsync(_routes, row);
        Ip("-6 route append fd01::/64 via 2001:db8::9 mtu 1450 proto 161");
        Assert.Equal(2, Assert.Single(_node.Own).NextHops.Count);
        Assert.Equal("done", await RoutedNode.UpsertAsync(_routes, row));
        Assert.Equal("fd01::/64 via 2001:db8::2 dev lan0 mtu 1450", Text(Assert.Single(_node.Own)));
    }

    [Theory]
    [InlineData("10.1.0.0/24", "2001:db8::2", "Invalid: route 10.1.0.0/24 of node node2: an IPv4 range behind 2001:db8::2. A range is routed to an address of its own family: give the node one, or carry the range in a tunnel (routing.provider: tunnel).")]
    [InlineData("fd01::/64", "192.0.2.2", "Invalid: route fd01::/64 of node node2: an IPv6 range behind 192.0.2.2. A range is routed to an address of its own family: give the node one, or carry the range in a tunnel (routing.provider: tunnel).")]
    [InlineData("fd01::/64", "fe80::2", "Invalid: route fd01::/64 of node node2: fe80::2 is a link-local address, which means nothing without its device. Let the node publish a global or unique local address.")]
    [InlineData("10.1.0.0/24", "192.0.2.1", "Invalid: route 10.1.0.0/24 of node node2: its address 192.0.2.1 is one of this node. Two nodes must not publish the same address.")]
    public async Task A_next_hop_that_can_never_serve_is_refused_in_words(string cidr, string nextHop, string text)
    {
        Assert.Equal(text, await RoutedNode.UpsertAsync(_routes, RoutedNode.Remote(cidr, nextHop)));
        Assert.Empty(_node.Own);
    }

    [Theory]
    [InlineData("10.1.0.0/24", "203.0.113.7", false)]
    [InlineData("10.1.0.0/24", "203.0.113.7", true)]
    [InlineData("fd01::/64", "2001:db8:9::7", true)]
    public async Task A_node_without_any_way_to_it_is_tried_again_also_when_others_are_skipped(string cidr, string nextHop, bool skip)
    {
        Ip("route del default");
        Ip("-6 route del default");
        Assert.Equal(
            $"Unavailable: route {cidr} of node node2: there is no way to its address {nextHop}. Look at the devices and routes of this node (ip route get {nextHop}).",
            await RoutedNode.UpsertAsync(Routes(skip), RoutedNode.Remote(cidr, nextHop)));
    }

    [Theory]
    [InlineData("10.1.0.0/24", "192.0.2.2", "203.0.113.9")]
    [InlineData("fd01::/64", "2001:db8::2", "2001:db8:9::9")]
    public async Task A_source_that_the_node_does_not_have_yet_is_not_taken_for_an_unreachable_node(string cidr, string nextHop, string source) => Assert.StartsWith(
        $"Unavailable: route {cidr} of node node2: its source {source} is not an address of this node yet. add route {cidr} in table 254: Invalid argument",
        await RoutedNode.UpsertAsync(Routes(skip: true), RoutedNode.Remote(cidr, nextHop, source)), StringComparison.Ordinal);

    [Fact]
    public void A_gateway_that_the_kernel_does_not_take_is_said_to_be_unreachable()
    {
        var error = new NetlinkException(113, "add route 10.1.0.0/24 in table 254: No route to host");
        var row = RoutedNode.Remote("10.1.0.0/24", "203.0.113.7");
        Assert.Contains("its address 203.0.113.7 is on no network of this node: the kernel refuses it as a gateway (add route 10.1.0.0/24 in table 254: No route to host).", Ranges(skip: false).Explain(row, error, _node.Netlink)!.Value.Refusal.Error, StringComparison.Ordinal);
        Assert.Equal(RouteAnswer.None, Ranges(skip: true).Explain(row, error, _node.Netlink));
        Assert.Null(Ranges(skip: true).Explain(row, new NetlinkException(1, "not permitted"), _node.Netlink));
    }

    public void Dispose() => _node.Dispose();

    private static GatewayRanges Ranges(bool skip) => new(new() { Path = "routing:direct", Devices = new("routing:direct:devices", []), AutoDirectNodeRoutes = true, SkipUnreachable = skip });

    private KernelRoutes Routes(bool skip) => _node.Routes(Ranges(skip));

    private string Text(Route route) =>
        $"{route.Destination}/{route.PrefixLength}{(route.Gateway is null ? "" : $" via {route.Gateway}")} dev {_node.NameOf(route.IfIndex)}{(route.PreferredSource is null ? "" : $" src {route.PreferredSource}")} mtu {route.Mtu}";

    private void Ip(string arguments)
    {
        using var ip = System.Diagnostics.Process.Start("ip", $"-n {_node.Namespace.Name} {arguments}");
        ip.WaitForExit();
        Assert.Equal(0, ip.ExitCode);
    }
}
