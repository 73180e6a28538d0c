using System.Net;
using Cilium.Framework.Routing.KubeRouter.GoBgp;
using Cilium.Framework.Routing.KubeRouter.Tests.Nodes;
using Cilium.Framework.Routing.KubeRouter.Tests.Servers;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.Tests.Routes;

/// <summary>Two nodes, each with a gobgpd and no kube-router.</summary>
[Trait("Needs", "Root")]
public sealed class InstalledRoutesTests : IAsyncDisposable
{
    private const string Range = "10.1.2.0/24";
    private static readonly IPAddress Here = BgpLab.Place(0).IPv4, There = BgpLab.Place(1).IPv4;
    private static readonly NodeRouteRow Row = RoutingNode.Remote(Range, There);

    private readonly BgpLab _lab = new();
    private RoutingNode? _node;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RoutingNode Node => _node!;

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
        _lab.Dispose();
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task What_a_peer_tells_is_routed_until_it_is_withdrawn_and_nothing_that_no_row_desires(int version)
    {
        var other = await StartAsync(version);
        await other.AdvertiseAsync(IpPrefix.Parse(Range), There, Stop);
        await other.AdvertiseAsync(IpPrefix.Parse("10.1.3.0/24"), There, Stop);
        await other.AdvertiseAsync(IpPrefix.Parse("fd00:1:2::/64"), BgpLab.Place(1).IPv6, Stop);
        await Node.UntilDoneAsync(Row);
        await Node.UntilDoneAsync(RoutingNode.Remote("fd00:1:2::/64", BgpLab.Place(1).IPv6));
        Assert.Equal([$"{Range} via {There}", $"fd00:1:2::/64 via {BgpLab.Place(1).IPv6}"], Node.Own());
        Assert.All(Node.Routes(), route => Assert.Equal(1450, route.Mtu));

        await other.AdvertiseAsync(IpPrefix.Parse(Range), Lab.LabNetwork.WorldIPv4, Stop);
        await Eventually.TrueAsync(() => Node.Own().Contains($"{Range} via {Lab.LabNetwork.WorldIPv4}"), "the new next hop", seconds: 60);
        await other.WithdrawAsync(IpPrefix.Parse(Range), Stop);
        await Eventually.TrueAsync(() => Node.Own().Count == 1, "the withdrawn route goes", seconds: 60);
        Assert.StartsWith($"Unavailable: route {Range} of node node2: it is not told: gobgp unix://{_lab.Speakers[0].Socket}: the node's peer {There} (AS {BgpLab.As}) is established and does not tell the range. ", await Node.UpsertAsync(Row), StringComparison.Ordinal);
        // The row waits: the route comes by itself when it is told again.
        await other.AdvertiseAsync(IpPrefix.Parse(Range), There, Stop);
        await Eventually.TrueAsync(() => Node.Own().Contains($"{Range} via {There}"), "the route comes back", seconds: 60);
        Assert.Equal("done", await Node.DeleteAsync(Row));
        Assert.Equal([$"fd00:1:2::/64 via {BgpLab.Place(1).IPv6}"], Node.Own());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_restart_of_the_gobgp_takes_no_route_away(int version)
    {
        var other = await StartAsync(version);
        await other.AdvertiseAsync(IpPrefix.Parse(Range), There, Stop);
        await Node.UntilDoneAsync(Row);
        using var changes = Node.Follow();
        await _lab.Speakers[0].KillAsync(Stop);
        await Node.UntilHealthAsync("Routes that the kernel has stay; it is tried again by itself.");
        Assert.Equal([$"{Range} via {There}"], Node.Own());
        Assert.Equal("done", await Node.UpsertAsync(Row));
        await _lab.Speakers[0].StartAsync(Stop);
        await Node.UntilHealthAsync("1 of 1 peers established");
        await other.AdvertiseAsync(IpPrefix.Parse("10.1.9.0/24"), There, Stop);
        await Node.UntilDoneAsync(RoutingNode.Remote("10.1.9.0/24", There));
        Assert.Equal([$"{Range} via {There}", $"10.1.9.0/24 via {There}"], Node.Own());
        Assert.DoesNotContain(await changes.UntilAsync("10.1.9.0"), change => change.IsRemoved);
    }

    [Fact]
    public async Task What_is_not_told_again_after_a_restart_goes_when_the_hold_time_is_over()
    {
        var other = await StartAsync(3, settings => settings with { HoldTime = TimeSpan.FromSeconds(1) });
        await other.AdvertiseAsync(IpPrefix.Parse(Range), There, Stop);
        await Node.UntilDoneAsync(Row);
        await _lab.Speakers[0].KillAsync(Stop);
        await other.WithdrawAsync(IpPrefix.Parse(Range), Stop);
        await Node.UntilHealthAsync("Routes that the kernel has stay");
        Assert.Equal([$"{Range} via {There}"], Node.Own());
        await _lab.Speakers[0].StartAsync(Stop);
        await Eventually.TrueAsync(() => Node.Own().Count == 0, "the route goes", seconds: 60);
    }

    [Fact]
    public async Task Routes_outlive_the_agent_and_a_new_one_keeps_them_while_the_gobgp_is_away()
    {
        var other = await StartAsync(3);
        await other.AdvertiseAsync(IpPrefix.Parse(Range), There, Stop);
        await Node.UntilDoneAsync(Row);
        await Node.DisposeAsync();
        await _lab.Speakers[0].KillAsync(Stop);
        await StartNodeAsync(settings => settings);
        Assert.Equal("done", await Node.UpsertAsync(Row));
        Assert.Equal(0, await Node.Routing.NodeRoutes.PruneAsync([Row], Stop));
        Assert.Equal([$"{Range} via {There}"], Node.Own());
        Assert.Equal(1, await Node.Routing.NodeRoutes.PruneAsync([], Stop));
        Assert.Empty(Node.Own());
    }

    [Fact]
    public async Task A_route_of_kube_router_stays_and_is_named()
    {
        var other = await StartAsync(3);
        Node.AddForeign(Range, There);
        await other.AdvertiseAsync(IpPrefix.Parse(Range), There, Stop);
        await Node.UntilAsync(Row, outcome =>
            outcome == $"Conflict: route {Range} of node node2: there is one of protocol 17 (kube-router) already, which stays. Where kube-router runs, set routing:kube-router:install-routes to false.");
        Assert.Empty(Node.Own());
        Assert.Single(Node.Routes(protocol: 17));
    }

    [Fact]
    public async Task A_next_hop_that_is_not_on_the_nodes_network_is_named()
    {
        var other = await StartAsync(3);
        await other.AdvertiseAsync(IpPrefix.Parse(Range), IPAddress.Parse("198.51.100.7"), Stop);
        await Node.UntilAsync(Row, outcome =>
            outcome == $"Unavailable: route {Range} of node node2: its next hop 198.51.100.7 is not on a network of this node. Let the router between tell the range with its own address, or use an overlay.");
        await other.AdvertiseAsync(IpPrefix.Parse("10.1.9.0/24"), There, Stop);
        await Node.UntilHealthAsync($"1 routes cannot be installed, such as route {Range} of node node2: its next hop 198.51.100.7 is not on a network of this node. ");
    }

    private async Task<IGoBgpApi> StartAsync(int version, Func<KubeRouterSettings, KubeRouterSettings>? change = null)
    {
        var program = RequireBgp.GoBgpd(version);
        await _lab.AddAsync(program, [new(There, BgpLab.As)]);
        var other = (await _lab.ConnectAsync(await _lab.AddAsync(program, [new(Here, BgpLab.As)]))).Api;
        await SpeakerPair.UntilEstablishedAsync(other, Here);
        await StartNodeAsync(change ?? (settings => settings));
        return other;
    }

    private async Task StartNodeAsync(Func<KubeRouterSettings, KubeRouterSettings> change) =>
        _node = await RoutingNode.StartAsync(_lab.Machines[0], _lab.Speakers[0].Socket, settings => change(settings) with { InstallRoutes = true });
}
