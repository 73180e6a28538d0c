using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Lab;
using Cilium.Framework.Netlink;
using Cilium.Framework.Routing.KubeRouter.GoBgp;
using Cilium.Framework.Routing.KubeRouter.Tests.Servers;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.Tests;

/// <summary>A router of another make and of another AS, outside the cluster.</summary>
[Trait("Needs", "Root")]
public sealed class ExternalRouterTests
{
    private const uint RouterAs = 65000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_router_outside_learns_an_advertised_prefix_and_loses_it_on_withdrawal(int version)
    {
        using var lab = new BgpLab();
        var api = await PeerAsync(lab, version);
        var address = BgpLab.Place(0).IPv4;
        await api.AdvertiseAsync(IpPrefix.Parse("10.96.0.10/32"), address, Stop);
        await Eventually.TrueAsync(async () => (await lab.Bird.ListRoutesAsync(Stop)).Contains(new(IPNetwork.Parse("10.96.0.10/32"), address, "peer1")), "BIRD learns the prefix", seconds: 60);
        await Eventually.TrueAsync(() => InKernel(lab).Contains(("10.96.0.10/32", address.ToString())), "the kernel routes it", seconds: 60);

        await api.WithdrawAsync(IpPrefix.Parse("10.96.0.10/32"), Stop);
        await Eventually.TrueAsync(async () => (await lab.Bird.ListRoutesAsync(Stop)).All(route => route.Protocol != "peer1"), "BIRD loses the prefix", seconds: 60);
        await Eventually.TrueAsync(() => InKernel(lab).All(route => route.Prefix != "10.96.0.10/32"), "the kernel routes it no more", seconds: 60);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task What_a_router_outside_tells_is_a_route_with_its_path(int version)
    {
        using var lab = new BgpLab();
        var api = await PeerAsync(lab, version, IPNetwork.Parse("10.30.2.0/24"));
        BgpRoute? learnt = null;
        await Eventually.TrueAsync(async () => (learnt = (await api.ListRoutesAsync(AddressFamily.InterNetwork, Stop)).FirstOrDefault()) is not null, "the router's prefix arrives", seconds: 60);
        Assert.Equal(new BgpRoute(IpPrefix.Parse("10.30.2.0/24"), LabNetwork.WorldIPv4, LabNetwork.WorldIPv4, "65000", BgpOrigin.Igp, IsBest: true, learnt!.Since), learnt);
        // A watch has it typed, a list in bytes.
        await using var watch = new WatchLog(api);
        await watch.UntilListedAsync();
        Assert.Contains(new BgpEvent.RouteChosen(learnt), watch.BeforeInitialDone);
    }

    private static async Task<IGoBgpApi> PeerAsync(BgpLab lab, int version, params IPNetwork[] originates)
    {
        var (program, bird) = (RequireBgp.GoBgpd(version), RequireBgp.Bird());
        await lab.AddBirdAsync(bird, [new(BgpLab.Place(0).IPv4, BgpLab.As)], originates);
        var api = (await lab.ConnectAsync(await lab.AddAsync(program, [new(LabNetwork.WorldIPv4, RouterAs)]))).Api;
        await SpeakerPair.UntilEstablishedAsync(api, LabNetwork.WorldIPv4);
        return api;
    }

    private static List<(string Prefix, string? Via)> InKernel(BgpLab lab)
    {
        using var netlink = RouteNetlink.Open(lab.Segment.World);
        return [.. netlink.ListRoutes(AddressFamily.InterNetwork).Where(route => route.Destination is not null).Select(route => ($"{route.Destination}/{route.PrefixLength}", route.Gateway?.ToString()))];
    }
}
