using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Netlink;
using Cilium.Framework.Routing.KubeRouter.Tests.Nodes;
using Cilium.Framework.Routing.KubeRouter.Tests.Servers;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.Tests.Routes;

/// <summary>Two nodes whose GoBGP are neighbours; nobody puts into the kernel what they tell, but the test.</summary>
[Trait("Needs", "Root")]
public sealed class VerifiedRoutesTests : IDisposable
{
    private const string Range = "10.1.2.0/24";
    private static readonly IPAddress Here = BgpLab.Place(0).IPv4, There = BgpLab.Place(1).IPv4;

    private readonly BgpLab _lab = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _lab.Dispose();

    [Theory]
    [InlineData(17)]
    [InlineData(12)]
    [InlineData(4)]
    public async Task A_range_that_somebody_routes_is_realised(byte protocol)
    {
        await using var node = await WithoutGoBgpAsync();
        node.AddForeign(Range, There, protocol);
        Assert.Equal("done", await node.UpsertAsync(RoutingNode.Remote(Range, There)));
        Assert.Empty(node.Own());
    }

    [Fact]
    public async Task A_range_of_ipv6_is_looked_at_too()
    {
        await using var node = await WithoutGoBgpAsync();
        var row = RoutingNode.Remote("fd00:1:2::/64", BgpLab.Place(1).IPv6);
        Assert.StartsWith($"Unavailable: route fd00:1:2::/64 of node node2: only the default route through {Lab.LabNetwork.WorldIPv6} leads there: ", await node.UpsertAsync(row), StringComparison.Ordinal);
        node.AddForeign("fd00:1:2::/64", BgpLab.Place(1).IPv6);
        Assert.Equal("done", await node.UpsertAsync(row));
    }

    [Fact]
    public async Task A_route_to_more_than_the_range_will_do()
    {
        await using var node = await WithoutGoBgpAsync();
        node.AddForeign("10.1.0.0/16", There, protocol: 12);
        Assert.Equal("done", await node.UpsertAsync(RoutingNode.Remote(Range, There)));
    }

    [Fact]
    public async Task Where_no_gobgp_listens_a_missing_route_says_so()
    {
        await using var node = await WithoutGoBgpAsync();
        Assert.Equal(
            $"Unavailable: route {Range} of node node2: only the default route through {Lab.LabNetwork.WorldIPv4} leads there: gobgp unix:///nowhere/gobgp.sock: it cannot be asked which version it is: there is no such socket. "
            + "Start kube-router with its GoBGP port (--gobgp-admin-port and --gobgp-admin-address, where it has them), or correct the address.",
            await node.UpsertAsync(RoutingNode.Remote(Range, There)));
        Assert.StartsWith("degraded: gobgp unix:///nowhere/gobgp.sock: it cannot be asked which version it is: ", node.Context.Health, StringComparison.Ordinal);
        Assert.EndsWith(" Routes that the kernel has stay; it is tried again by itself.", node.Context.Health, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_range_that_the_nodes_own_range_covers_is_missing()
    {
        await using var node = await WithoutGoBgpAsync();
        Assert.Equal("done", await node.UpsertAsync(RoutingNode.Own("10.1.0.0/16")));
        Assert.StartsWith($"Unavailable: route {Range} of node node2: this node's own range 10.1.0.0/16 covers it: ", await node.UpsertAsync(RoutingNode.Remote(Range, There)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_route_that_refuses_and_an_address_of_the_node_are_no_way()
    {
        await using var node = await WithoutGoBgpAsync();
        var range = IpPrefix.Parse(Range);
        node.Netlink.AddRoute(new Route { Destination = range.Address, PrefixLength = range.Length, Protocol = 17, Type = Route.UnreachableType });
        Assert.StartsWith($"Unavailable: route {Range} of node node2: the kernel has no route to it, or one that refuses: ", await node.UpsertAsync(RoutingNode.Remote(Range, There)), StringComparison.Ordinal);
        node.Netlink.AddAddress(node.Netlink.FindLink(RoutingNode.HostDevice)!.Index, IPAddress.Parse("10.1.3.1"), 32);
        Assert.StartsWith("Unavailable: route 10.1.3.0/24 of node node2: the kernel takes 10.1.3.1 for an address of this node: ", await node.UpsertAsync(RoutingNode.Remote("10.1.3.0/24", There)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Every_reason_for_a_missing_route_is_told_until_it_is_there(int version)
    {
        var program = RequireBgp.GoBgpd(version);
        var speaker = await _lab.AddAsync(program, [new(There, BgpLab.As)]);
        var gobgp = $"gobgp unix://{speaker.Socket}";
        var row = RoutingNode.Remote(Range, There);
        await using var node = await RoutingNode.StartAsync(_lab.Machines[0], speaker.Socket);
        await node.UntilAsync(row, outcome => outcome.Contains($"{gobgp}: the session with the node's peer {There} (AS {BgpLab.As}) is ", StringComparison.Ordinal)
            && outcome.EndsWith(". Look whether kube-router runs on node node2 and whether TCP port 179 is open between the nodes.", StringComparison.Ordinal));
        await node.UntilHealthAsync($"AS {BgpLab.As}, router {Here}; 0 of 1 peers established. Nothing is learnt, and nothing that is advertised arrives: {There} (AS {BgpLab.As}) ");

        var other = await _lab.AddAsync(program, [new(Here, BgpLab.As)]);
        await node.UntilAsync(row, outcome => outcome.EndsWith(
            $"{gobgp}: the node's peer {There} (AS {BgpLab.As}) is established and does not tell the range. Look which range kube-router has on node node2, and whether it advertises it.", StringComparison.Ordinal));
        await node.UntilHealthAsync($"ok: {gobgp}: GoBGP {version}, AS {BgpLab.As}, router {Here}; 1 of 1 peers established");
        await node.UntilAsync(row with { NextHop = IPAddress.Parse("192.0.2.99") }, outcome => outcome.EndsWith(
            $"{gobgp} has no peer 192.0.2.99, and none of its peers tells the range: {There} (AS {BgpLab.As}) established. Look in kube-router's log whether it sees node node2.", StringComparison.Ordinal));

        await (await _lab.ConnectAsync(other)).Api.AdvertiseAsync(IpPrefix.Parse(Range), There, Stop);
        await node.UntilAsync(row, outcome => outcome.EndsWith(
            $"{gobgp} tells it, through {There} from peer {There}, and it is not in the kernel. kube-router does not run, still starts, or leaves it out (--enable-overlay=false, and the node in another subnet); "
            + "where a gobgpd runs without kube-router, set routing:kube-router:install-routes to true.", StringComparison.Ordinal));
        node.AddForeign(Range, There);
        Assert.Equal("done", await node.UpsertAsync(row));
        Assert.Empty(node.Own());
    }

    [Fact]
    public async Task A_peer_that_is_down_is_named_and_degrades_nothing_while_another_is_up()
    {
        var program = RequireBgp.GoBgpd(3);
        var nobody = IPAddress.Parse("192.0.2.99");
        var speaker = await _lab.AddAsync(program, [new(There, BgpLab.As), new(nobody, BgpLab.As)]);
        var other = await _lab.AddAsync(program, [new(Here, BgpLab.As)]);
        await using var node = await RoutingNode.StartAsync(_lab.Machines[0], speaker.Socket);
        var gobgp = $"gobgp unix://{speaker.Socket}: GoBGP 3, AS {BgpLab.As}, router {Here}";
        await node.UntilHealthAsync($"ok: {gobgp}; 1 of 2 peers established; the others: {nobody} (AS {BgpLab.As}) ");
        await other.KillAsync(Stop);
        await node.UntilHealthAsync($"degraded: {gobgp}; 0 of 2 peers established. Nothing is learnt, and nothing that is advertised arrives: {There} (AS {BgpLab.As}) ");
    }

    [Fact]
    public async Task A_range_of_ipv6_is_missing_for_what_the_nodes_session_over_ipv4_says()
    {
        var speaker = await _lab.AddAsync(RequireBgp.GoBgpd(3), [new(There, BgpLab.As)]);
        await using var node = await RoutingNode.StartAsync(_lab.Machines[0], speaker.Socket);
        var (ipv4, ipv6) = (RoutingNode.Remote(Range, There), RoutingNode.Remote("fd00:1:2::/64", BgpLab.Place(1).IPv6));
        var (noPeer, noSession) = ($" has no peer {ipv6.NextHop}, and none of its peers tells the range: {There} (AS {BgpLab.As}) ", $": the session with the node's peer {There} (AS {BgpLab.As}) is ");
        await node.UntilAsync(ipv6, outcome => outcome.Contains(noPeer, StringComparison.Ordinal));
        await node.UpsertAsync(ipv4);
        Assert.Contains(noSession, await node.UpsertAsync(ipv6), StringComparison.Ordinal);
        await node.Routing.NodeRoutes.PruneAsync([ipv4, ipv6], Stop);
        Assert.Contains(noSession, await node.UpsertAsync(ipv6), StringComparison.Ordinal);
        await node.UpsertAsync(ipv4 with { NextHop = IPAddress.Parse("192.0.2.98") });
        Assert.Contains($" has no peer {ipv6.NextHop} or 192.0.2.98, and ", await node.UpsertAsync(ipv6), StringComparison.Ordinal);
        await node.DeleteAsync(ipv4);
        Assert.Contains(noPeer, await node.UpsertAsync(ipv6), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_gobgp_without_bgp_without_peers_or_of_another_as_is_the_reason(int version)
    {
        var program = RequireBgp.GoBgpd(version);
        var (without, alone) = (await _lab.AddAsync(program, [], number: null), await _lab.AddAsync(program, []));
        await using (var node = await RoutingNode.StartAsync(_lab.Machines[0], without.Socket))
        {
            Assert.EndsWith($": gobgp unix://{without.Socket}: BGP is not started in it. kube-router starts it when it knows its node: look in its log.", await node.UpsertAsync(RoutingNode.Remote(Range, There)), StringComparison.Ordinal);
        }

        await using (var node = await RoutingNode.StartAsync(_lab.Machines[1], alone.Socket))
        {
            Assert.EndsWith($": gobgp unix://{alone.Socket} has no peers. Look in kube-router's log whether it sees the other nodes.", await node.UpsertAsync(RoutingNode.Remote(Range, Here)), StringComparison.Ordinal);
        }

        await using (var node = await RoutingNode.StartAsync(_lab.Machines[1], alone.Socket, settings => settings with { Asn = 65001 }))
        {
            Assert.EndsWith(
                $": gobgp unix://{alone.Socket}: it is of AS {BgpLab.As}, but routing:kube-router:asn says 65001. Nothing is learnt from it and nothing advertised through it; correct one of the two.",
                await node.UpsertAsync(RoutingNode.Remote(Range, Here)), StringComparison.Ordinal);
            Assert.StartsWith($"degraded: gobgp unix://{alone.Socket}: it is of AS {BgpLab.As}, ", node.Context.Health, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_old_gobgp_is_the_reason()
    {
        _lab.AddMachine();
        await using var server = await FakeGrpcServer.StartAsync("gobgpapi.GobgpApi", "GetBgp");
        await using var node = await RoutingNode.StartAsync(_lab.Machines[0], "/nowhere", settings => settings with { GoBgp = new(GoBgp.GoBgpAddress.Parse(server.Address)) });
        Assert.EndsWith(
            $": gobgp {server.Address}: it is GoBGP 2 or older (gobgpapi.GobgpApi), as in kube-router before 1.6. Accepted: GoBGP 3 or 4. Upgrade kube-router.",
            await node.UpsertAsync(RoutingNode.Remote(Range, There)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Routes_of_kube_router_stay_as_they_are_whatever_happens()
    {
        await using var node = await WithoutGoBgpAsync();
        node.AddForeign(Range, There);
        node.AddForeign("10.1.3.0/24", There);
        node.AddForeign("fd00:1:2::/64", BgpLab.Place(1).IPv6);
        var before = Dump();
        var rows = new[] { RoutingNode.Remote(Range, There), RoutingNode.Remote("10.1.3.0/24", There), RoutingNode.Remote("fd00:1:2::/64", BgpLab.Place(1).IPv6) };
        foreach (var row in rows)
            Assert.Equal("done", await node.UpsertAsync(row));
        await node.UpsertAsync(rows[0] with { Mtu = 1300, NextHop = IPAddress.Parse("192.0.2.99") });
        Assert.Equal("done", await node.DeleteAsync(rows[0]));
        Assert.Equal(0, await node.Routing.NodeRoutes.PruneAsync([], Stop));
        Assert.Equal("Conflict", (await node.UpsertAsync(RoutingNode.Own("10.1.3.0/24") with { PodCidr = IpPrefix.Parse(Range) })).Split(':')[0]);
        await node.DisposeAsync();
        Assert.Equal(before, Dump());
        Assert.Equal(3, before.Split('\n').Length);
    }

    [Fact]
    public async Task A_route_of_ours_that_an_earlier_configuration_left_to_another_nodes_range_goes()
    {
        await using var node = await WithoutGoBgpAsync();
        node.AddForeign(Range, There, FakeContext.Protocol);
        Assert.StartsWith($"Unavailable: route {Range} of node node2: only the default route ", await node.UpsertAsync(RoutingNode.Remote(Range, There)), StringComparison.Ordinal);
        Assert.Empty(node.Own());
        node.AddForeign(Range, There, FakeContext.Protocol);
        Assert.Equal(1, await node.Routing.NodeRoutes.PruneAsync([RoutingNode.Remote(Range, There)], Stop));
        Assert.Empty(node.Own());
    }

    private async Task<RoutingNode> WithoutGoBgpAsync()
    {
        _lab.AddMachine();
        return await RoutingNode.StartAsync(_lab.Machines[0], "/nowhere/gobgp.sock");
    }

    // Every field of every one, in the kernel's order.
    private string Dump()
    {
        using var netlink = RouteNetlink.Open(_lab.Machines[0]);
        return string.Join('\n', new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 }.SelectMany(netlink.ListRoutes).Where(route => route.Protocol == 17));
    }
}
