using System.Net;
using Cilium.Framework.Errors;
using Cilium.Framework.Routing.KubeRouter.GoBgp;
using Cilium.Framework.Routing.KubeRouter.Tests.Nodes;
using Cilium.Framework.Routing.KubeRouter.Tests.Servers;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.Tests.Exchange;

[Trait("Needs", "Root")]
public sealed class BgpExchangeTests : IDisposable
{
    private static readonly IPAddress Here = BgpLab.Place(0).IPv4, There = BgpLab.Place(1).IPv4;

    private readonly BgpLab _lab = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _lab.Dispose();

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task The_speaker_its_peers_and_its_routes_are_told(int version)
    {
        var program = RequireBgp.GoBgpd(version);
        var speaker = await _lab.AddAsync(program, [new(There, BgpLab.As)]);
        var other = (await _lab.ConnectAsync(await _lab.AddAsync(program, [new(Here, BgpLab.As)]))).Api;
        await other.AdvertiseAsync(IpPrefix.Parse("10.1.2.0/24"), There, Stop);
        await using var node = await RoutingNode.StartAsync(_lab.Machines[0], speaker.Socket);
        IReadOnlyList<ExchangedRouteInfo> routes = [];
        await Eventually.TrueAsync(async () => (routes = await node.Exchange.ListRoutesAsync(Stop)).Count == 1, "the other's route arrives", seconds: 60);
        Assert.Equal(new ExchangedRouteInfo(IpPrefix.Parse("10.1.2.0/24"), There, There, "", IsBest: true), routes[0]);
        var peer = Assert.Single(await node.Exchange.ListPeersAsync(Stop));
        Assert.Equal((There, BgpLab.As, "established", 1ul, 1ul), (peer.Address, peer.Asn, peer.State, peer.Received, peer.Accepted));
        Assert.NotNull(peer.Since);
        Assert.Equal(new RouteSpeakerInfo($"unix://{speaker.Socket}", true, $"GoBGP {version}, AS {BgpLab.As}, router {Here}"), await node.Exchange.DescribeAsync(Stop));
    }

    [Fact]
    public async Task A_speaker_without_bgp_or_of_another_as_is_described()
    {
        var program = RequireBgp.GoBgpd(3);
        var (without, speaker) = (await _lab.AddAsync(program, [], number: null), await _lab.AddAsync(program, []));
        await using var first = await RoutingNode.StartAsync(_lab.Machines[0], without.Socket);
        Assert.Equal((true, "GoBGP 3, BGP is not started in it"), ((await first.Exchange.DescribeAsync(Stop)).IsReachable, (await first.Exchange.DescribeAsync(Stop)).Detail));
        await using var second = await RoutingNode.StartAsync(_lab.Machines[1], speaker.Socket, settings => settings with { Asn = 65001 });
        Assert.Equal(
            $"GoBGP 3, AS {BgpLab.As} instead of the 65001 of routing:kube-router:asn, router {There}: nothing is learnt from it and nothing advertised through it",
            (await second.Exchange.DescribeAsync(Stop)).Detail);
    }

    [Fact]
    public async Task A_closed_port_is_described_and_lists_say_so()
    {
        _lab.AddMachine();
        await using var node = await RoutingNode.StartAsync(_lab.Machines[0], "/nowhere/gobgp.sock");
        var words = "gobgp unix:///nowhere/gobgp.sock: it cannot be asked which version it is: there is no such socket. "
            + "Start kube-router with its GoBGP port (--gobgp-admin-port and --gobgp-admin-address, where it has them), or correct the address.";
        Assert.Equal(new RouteSpeakerInfo("unix:///nowhere/gobgp.sock", false, words), await node.Exchange.DescribeAsync(Stop));
        Assert.Equal(words, (await Assert.ThrowsAsync<CiliumException>(async () => await node.Exchange.ListPeersAsync(Stop))).Message);
        Assert.Equal(words, (await Assert.ThrowsAsync<CiliumException>(async () => await node.Exchange.ListRoutesAsync(Stop))).Message);
        Assert.Equal($"Unavailable: advertisement of 10.96.0.10/32: {words}", await node.AdvertiseAsync("10.96.0.10/32"));
        Assert.Equal($"Unavailable: withdrawal of 10.96.0.10/32: {words}", await node.WithdrawAsync("10.96.0.10/32"));
        Assert.Equal(words, (await Assert.ThrowsAsync<CiliumException>(async () => await node.Exchange.Advertisements.PruneAsync([], Stop))).Message);
    }

    [Fact]
    public async Task An_old_gobgp_is_described()
    {
        _lab.AddMachine();
        await using var server = await FakeGrpcServer.StartAsync("gobgpapi.GobgpApi", "GetBgp");
        await using var node = await RoutingNode.StartAsync(_lab.Machines[0], "/nowhere", settings => settings with { GoBgp = new(GoBgpAddress.Parse(server.Address)) });
        var words = $"gobgp {server.Address}: it is GoBGP 2 or older (gobgpapi.GobgpApi), as in kube-router before 1.6. Accepted: GoBGP 3 or 4. Upgrade kube-router.";
        Assert.Equal(new RouteSpeakerInfo(server.Address["http://".Length..], false, words), await node.Exchange.DescribeAsync(Stop));
        // Tried again: an upgrade mends it.
        Assert.Equal($"Unavailable: advertisement of 10.96.0.10/32: {words}", await node.AdvertiseAsync("10.96.0.10/32"));
    }
}
