using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Servers;
using Cilium.Framework.Routing.KubeRouter.GoBgp;
using Cilium.Framework.Routing.KubeRouter.Tests.Nodes;
using Cilium.Framework.Routing.KubeRouter.Tests.Servers;

namespace Cilium.Framework.Routing.KubeRouter.Tests.Exchange;

/// <summary>A node whose GoBGP is a neighbour of a BIRD outside.</summary>
[Trait("Needs", "Root")]
public sealed class AdvertisementTests : IAsyncDisposable
{
    private const string Service = "10.96.0.10/32";
    private static readonly IPAddress Here = BgpLab.Place(0).IPv4;
    private static readonly GoBgpdNeighbour[] Outside = [new(LabNetwork.WorldIPv4, 65000)];

    private readonly BgpLab _lab = new();
    private RoutingNode? _node;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RoutingNode Node => _node!;

    private string GoBgp => $"gobgp unix://{_lab.Speakers[0].Socket}";

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
        _lab.Dispose();
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task What_is_advertised_reaches_the_router_outside_and_is_withdrawn_on_request(int version)
    {
        await StartAsync(version, Outside);
        await UntilAdvertisedAsync(Service);
        await UntilBirdAsync(Here);
        Assert.Equal("done", await Node.AdvertiseAsync(Service));
        Assert.Equal("done", await Node.WithdrawAsync(Service));
        await UntilBirdAsync(null);
        Assert.Equal("done", await Node.WithdrawAsync(Service));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task After_a_restart_of_the_gobgp_everything_desired_is_advertised_again_and_nothing_else(int version)
    {
        await StartAsync(version, Outside);
        await UntilAdvertisedAsync(Service);
        await UntilAdvertisedAsync("10.96.0.11/32");
        Assert.Equal("done", await Node.WithdrawAsync("10.96.0.11/32"));
        await UntilBirdAsync(Here);
        await _lab.Speakers[0].KillAsync(Stop);
        await UntilBirdAsync(null);
        Assert.StartsWith($"Unavailable: advertisement of 10.96.0.12/32: {GoBgp}: ", await Node.AdvertiseAsync("10.96.0.12/32"), StringComparison.Ordinal);
        await _lab.Speakers[0].StartAsync(Stop);
        await UntilBirdAsync(Here);
        // Also what was asked for while it was away.
        await Eventually.TrueAsync(async () => await ToldAsync() is ["10.96.0.10/32", "10.96.0.12/32"], "both are told", seconds: 60);
    }

    [Fact]
    public async Task After_an_upgrade_to_another_version_everything_is_advertised_again()
    {
        await StartAsync(3, Outside);
        await UntilAdvertisedAsync(Service);
        await _lab.ReplaceAsync(0, RequireBgp.GoBgpd(4), Outside);
        await UntilBirdAsync(Here);
        await Eventually.TrueAsync(async () => (await Node.Exchange.DescribeAsync(Stop)).Detail == $"GoBGP 4, AS {BgpLab.As}, router {Here}", "the new version is known", seconds: 60);
        Assert.Equal("done", await Node.WithdrawAsync(Service));
        await UntilBirdAsync(null);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task What_kube_router_advertises_is_neither_replaced_nor_withdrawn(int version)
    {
        await StartAsync(version, []);
        await _lab.Speakers[0].CommandAsync(Stop, "global", "rib", "add", "10.1.1.0/24", "nexthop", "192.0.2.77");
        await _lab.Speakers[0].CommandAsync(Stop, "global", "rib", "add", "-a", "ipv6", "fd00:1:1::/64", "nexthop", "2001:db8::77");
        var before = await RibAsync();
        Assert.Equal(2, before.Count);
        Assert.Equal("done", await Node.AdvertiseAsync("10.1.1.0/24"));
        Assert.Equal("done", await Node.WithdrawAsync("10.1.1.0/24"));
        Assert.Equal("done", await Node.WithdrawAsync("fd00:1:1::/64"));
        Assert.Equal(0, await Node.Exchange.Advertisements.PruneAsync([], Stop));
        await Node.DisposeAsync();
        Assert.Equal(before, await RibAsync());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task What_kube_router_advertises_later_stands_until_it_withdraws_it(int version)
    {
        await StartAsync(version, [], NextHops);
        await UntilAdvertisedAsync("10.1.1.0/24");
        await _lab.Speakers[0].CommandAsync(Stop, "global", "rib", "add", "10.1.1.0/24", "nexthop", "192.0.2.77");
        Assert.Equal(["10.1.1.0/24 192.0.2.77"], await RibAsync());
        await Node.UntilHealthAsync("ok: ");
        Assert.Equal("done", await Node.AdvertiseAsync("10.1.1.0/24"));
        Assert.Equal(["10.1.1.0/24 192.0.2.77"], await RibAsync());
        await _lab.Speakers[0].CommandAsync(Stop, "global", "rib", "del", "10.1.1.0/24", "nexthop", "192.0.2.77");
        await Eventually.TrueAsync(async () => await RibAsync() is ["10.1.1.0/24 192.0.2.88"], "ours is back", seconds: 60);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_new_process_withdraws_what_an_earlier_one_advertised_and_nobody_desires(int version)
    {
        await StartAsync(version, [], NextHops);
        await UntilAdvertisedAsync(Service);
        await UntilAdvertisedAsync("10.96.0.11/32");
        await UntilAdvertisedAsync("fd00:96::10/128");
        await Node.DisposeAsync();
        Assert.Equal(3, (await RibAsync()).Count);
        _node = await RoutingNode.StartAsync(_lab.Machines[0], _lab.Speakers[0].Socket, NextHops);
        Assert.Equal(2, await Node.Exchange.Advertisements.PruneAsync([RoutingNode.Advertisement(Service)], Stop));
        Assert.Equal([Service], await ToldAsync());
    }

    [Fact]
    public async Task The_next_hop_is_the_nodes_address_towards_its_peers_in_both_families()
    {
        await StartAsync(3, [new(BgpLab.Place(1).IPv4, BgpLab.As)]);
        await UntilAdvertisedAsync(Service);
        await UntilAdvertisedAsync("fd00:96::10/128");
        Assert.Equal([$"{Service} {Here}", $"fd00:96::10/128 {BgpLab.Place(0).IPv6}"], await RibAsync());
    }

    [Fact]
    public async Task A_configured_next_hop_is_used_and_replaces_another()
    {
        await StartAsync(3, Outside);
        await UntilAdvertisedAsync(Service);
        await Node.DisposeAsync();
        _node = await RoutingNode.StartAsync(_lab.Machines[0], _lab.Speakers[0].Socket, NextHops);
        Assert.Equal("done", await Node.AdvertiseAsync(Service));
        Assert.Equal([$"{Service} 192.0.2.88"], await RibAsync());
    }

    [Fact]
    public async Task Without_peers_and_a_setting_there_is_no_next_hop()
    {
        await StartAsync(3, []);
        Assert.Equal(
            "Unavailable: advertisement of 10.96.0.10/32: this node's IPv4 address towards the peers is not known: gobgp has no peer, or none behind a device with such an address. Set routing:kube-router:next-hop.",
            await Node.AdvertiseAsync(Service));
    }

    [Fact]
    public async Task Through_a_gobgp_of_another_as_nothing_is_advertised()
    {
        await StartAsync(3, Outside, settings => settings with { Asn = 65001 });
        Assert.Equal(
            $"Unavailable: advertisement of {Service}: {GoBgp}: it is of AS {BgpLab.As}, but routing:kube-router:asn says 65001. Nothing is learnt from it and nothing advertised through it; correct one of the two.",
            await Node.AdvertiseAsync(Service));
        Assert.Empty(await RibAsync());
    }

    private static KubeRouterSettings NextHops(KubeRouterSettings settings) => settings with { NextHops = [IPAddress.Parse("192.0.2.88"), IPAddress.Parse("2001:db8::88")] };

    private async Task StartAsync(int version, IReadOnlyList<GoBgpdNeighbour> neighbours, Func<KubeRouterSettings, KubeRouterSettings>? change = null)
    {
        var program = RequireBgp.GoBgpd(version);
        if (neighbours == Outside)
            await _lab.AddBirdAsync(RequireBgp.Bird(), [new(Here, BgpLab.As)]);
        var speaker = await _lab.AddAsync(program, neighbours);
        _node = await RoutingNode.StartAsync(_lab.Machines[0], speaker.Socket, change);
    }

    private async Task UntilAdvertisedAsync(string prefix)
    {
        var last = "";
        await Eventually.TrueAsync(async () => (last = await Node.AdvertiseAsync(prefix)) == "done", () => $"{prefix} is advertised; the last outcome was: {last}", seconds: 60);
    }

    private Task UntilBirdAsync(IPAddress? via) => Eventually.TrueAsync(
        async () => via?.ToString() == (await _lab.Bird.ListRoutesAsync(Stop)).FirstOrDefault(route => route.Prefix.ToString() == Service)?.Via?.ToString(),
        () => $"BIRD has {Service} {(via is null ? "no more" : $"through {via}")}; health: {Node.Context.Health}", seconds: 90);

    private async Task<IReadOnlyList<string>> ToldAsync() => [.. (await RibAsync()).Select(line => line.Split(' ')[0])];

    // Every route with its next hop, as the server itself says.
    private async Task<IReadOnlyList<string>> RibAsync()
    {
        var api = (await _lab.ConnectAsync(_lab.Speakers[0])).Api;
        BgpRoute[] routes = [.. await api.ListRoutesAsync(AddressFamily.InterNetwork, Stop), .. await api.ListRoutesAsync(AddressFamily.InterNetworkV6, Stop)];
        return [.. routes.Select(route => $"{route.Prefix} {route.NextHop}")];
    }
}
