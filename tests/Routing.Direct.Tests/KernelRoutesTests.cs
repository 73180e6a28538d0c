using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Netlink;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.Direct.Tests;

[Trait("Needs", "Root")]
public sealed class KernelRoutesTests : IDisposable
{
    private static int _count;

    private readonly NetworkNamespace _namespace;
    private readonly RouteNetlink _netlink;
    private readonly KernelRoutes _routes;

    public KernelRoutesTests()
    {
        Require.Root();
        _namespace = NetworkNamespace.Create($"direct{Environment.ProcessId}-{Interlocked.Increment(ref _count)}");
        _netlink = RouteNetlink.Open(_namespace);
        _routes = new(RouteNetlink.Open(_namespace));
        foreach (var name in (string[])["host0", "host1"])
        {
            _netlink.CreateVeth(new VethPair { Name = name, PeerName = name + "p" });
            _netlink.SetUp(Index(name));
            _netlink.SetUp(Index(name + "p"));
        }

        _netlink.AddAddress(Index("host0"), IPAddress.Parse("10.0.0.1"), 32);
        _netlink.AddAddress(Index("host0"), IPAddress.Parse("fd00::1"), 128);
    }

    [Theory]
    [InlineData("10.0.0.0/24", "10.0.0.1")]
    [InlineData("fd00::/64", "fd00::1")]
    public async Task A_range_of_this_node_gets_a_route_through_its_device(string cidr, string source)
    {
        Assert.Equal("done", await UpsertAsync(Row(cidr, source)));
        var route = Assert.Single(Own());
        Assert.Equal((Index("host0"), source, 1450, Route.MainTable), (route.IfIndex, route.PreferredSource!.ToString(), route.Mtu, route.Table));
        Assert.Equal(cidr, $"{route.Destination}/{route.PrefixLength}");
    }

    [Theory]
    [InlineData("10.0.0.0/24", "10.0.0.1")]
    [InlineData("fd00::/64", "fd00::1")]
    public async Task Applying_a_realised_row_again_leaves_its_one_route_as_it_is(string cidr, string source)
    {
        await UpsertAsync(Row(cidr, source));
        var wanted = Own();
        Assert.Equal("done", await UpsertAsync(Row(cidr, source)));
        Assert.Equal(wanted, Own());
    }

    [Theory]
    [InlineData("10.0.0.0/24", "10.0.0.1")]
    [InlineData("fd00::/64", "fd00::1")]
    public async Task A_changed_row_replaces_its_route(string cidr, string source)
    {
        await UpsertAsync(Row(cidr, source));
        Assert.Equal("done", await UpsertAsync(Row(cidr, source) with { Mtu = 1300, Device = "host1" }));
        var route = Assert.Single(Own());
        Assert.Equal((1300, Index("host1")), (route.Mtu, route.IfIndex));
    }

    [Theory]
    [InlineData("10.0.0.0/24", "10.0.0.1")]
    [InlineData("fd00::/64", "fd00::1")]
    public async Task A_deleted_row_takes_its_route_along_and_deleting_again_succeeds(string cidr, string source)
    {
        await UpsertAsync(Row(cidr, source));
        Assert.Equal("done", await ApplyAsync(ReconcileAction.Delete, Row(cidr, source)));
        Assert.Equal("done", await ApplyAsync(ReconcileAction.Delete, Row(cidr, source)));
        Assert.Empty(Own());
    }

    [Theory]
    [InlineData("10.0.0.0/24", 0)]
    [InlineData("fd00::/64", 1024)]
    public async Task A_route_of_somebody_else_is_neither_replaced_nor_deleted(string cidr, int priority)
    {
        var prefix = IpPrefix.Parse(cidr);
        _netlink.ReplaceRoute(new Route { Destination = prefix.Address, PrefixLength = prefix.Length, IfIndex = Index("host1"), Protocol = 17, Priority = (uint)priority, Scope = prefix.IsIPv6 ? (byte)0 : (byte)253 });
        Assert.Equal($"Conflict: route {cidr}: there is one of protocol 17 already, which is not ours. Remove that route or give this node another range.", await UpsertAsync(Row(cidr, null)));
        Assert.Equal("done", await ApplyAsync(ReconcileAction.Delete, Row(cidr, null)));
        Assert.Equal(0, await _routes.PruneAsync([], TestContext.Current.CancellationToken));
        Assert.Single(All(), route => route.Protocol == 17);
    }

    [Fact]
    public async Task Pruning_removes_only_own_routes_that_nobody_desires()
    {
        await UpsertAsync(Row("10.0.0.0/24", "10.0.0.1"));
        await UpsertAsync(Row("10.0.1.0/24", "10.0.0.1"));
        await UpsertAsync(Row("fd00::/64", null));
        _netlink.ReplaceRoute(new Route { Destination = IPAddress.Parse("10.5.0.0"), PrefixLength = 16, IfIndex = Index("host1"), Protocol = 4, Scope = 253 });
        Assert.Equal(2, await _routes.PruneAsync([Row("10.0.0.0/24", null)], TestContext.Current.CancellationToken));
        Assert.Equal(["10.0.0.0"], Own().Select(route => route.Destination!.ToString()));
        Assert.Single(All(), route => route.Protocol == 4);
    }

    [Fact]
    public async Task A_device_that_does_not_exist_yet_is_tried_again() =>
        Assert.Equal("Unavailable: route 10.0.0.0/24: there is no device later0 yet.", await UpsertAsync(Row("10.0.0.0/24", null) with { Device = "later0" }));

    [Fact]
    public async Task A_range_of_another_node_is_not_supported() =>
        Assert.Equal(
            "Unsupported: route 10.1.0.0/24 of node node2: routing direct installs routes of its own node only; the network has to know the others.",
            await UpsertAsync(Row("10.1.0.0/24", null) with { Node = "node2", NextHop = IPAddress.Parse("192.0.2.2") }));

    [Fact]
    public async Task What_the_kernel_says_reaches_the_status()
    {
        var outcome = await UpsertAsync(Row("10.0.0.0/24", "203.0.113.9"));
        Assert.StartsWith("Unavailable: route 10.0.0.0/24: set route 10.0.0.0/24 in table 254", outcome, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _routes?.Dispose();
        _netlink?.Dispose();
        _namespace?.Delete();
    }

    private static NodeRouteRow Row(string cidr, string? source) =>
        new(IpPrefix.Parse(cidr), "node1", null, "host0", source is null ? null : IPAddress.Parse(source), 1450);

    private Task<string> UpsertAsync(NodeRouteRow row) => ApplyAsync(ReconcileAction.Upsert, row);

    private async Task<string> ApplyAsync(ReconcileAction action, NodeRouteRow row)
    {
        var outcome = Assert.Single(await _routes.ApplyAsync(new([new(action, row, null)]), TestContext.Current.CancellationToken));
        return outcome.IsDone ? "done" : $"{outcome.Kind}: {outcome.Error}";
    }

    private int Index(string device) => _netlink.FindLink(device)!.Index;

    private List<Route> All() => [.. _netlink.ListRoutes(AddressFamily.InterNetwork), .. _netlink.ListRoutes(AddressFamily.InterNetworkV6)];

    private List<Route> Own() => [.. All().Where(route => route.Protocol == KernelRoutes.Protocol)];
}
