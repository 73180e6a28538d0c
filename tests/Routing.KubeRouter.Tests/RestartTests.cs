using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Errors;
using Cilium.Framework.Routing.KubeRouter.GoBgp;
using Cilium.Framework.Routing.KubeRouter.Tests.Servers;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.Tests;

[Trait("Needs", "Root")]
public sealed class RestartTests
{
    private static readonly IpPrefix Prefix = IpPrefix.Parse("10.20.0.0/24");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_restart_ends_the_watch_in_words_and_a_new_connection_finds_nothing_of_before(int version)
    {
        using var lab = new BgpLab();
        var speaker = await lab.AddAsync(RequireBgp.GoBgpd(version), []);
        var before = await lab.ConnectAsync(speaker);
        await before.Api.AdvertiseAsync(Prefix, BgpLab.Place(0).IPv4, Stop);
        await using var watch = new WatchLog(before.Api);
        await watch.UntilListedAsync();
        await speaker.KillAsync(Stop);
        var end = await watch.EndAsync();
        Assert.StartsWith($"gobgp unix://{speaker.Socket}: the watch ended: the connection broke: ", end.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorKind.Unavailable, end.Kind);
        var refused = await Assert.ThrowsAsync<CiliumException>(() => before.Api.AdvertiseAsync(Prefix, BgpLab.Place(0).IPv4, Stop));
        Assert.StartsWith($"gobgp unix://{speaker.Socket}: {Prefix} cannot be advertised: nobody listens there. ", refused.Message, StringComparison.Ordinal);

        await speaker.StartAsync(Stop);
        var after = await lab.ConnectAsync(speaker);
        Assert.Empty(await after.Api.ListRoutesAsync(AddressFamily.InterNetwork, Stop));
        await after.Api.AdvertiseAsync(Prefix, BgpLab.Place(0).IPv4, Stop);
        await using var again = new WatchLog(after.Api);
        await again.UntilListedAsync();
        Assert.Equal(Prefix, Assert.Single(again.BeforeInitialDone.OfType<BgpEvent.RouteChosen>()).Route.Prefix);
        // The connection of before works too.
        Assert.Single(await before.Api.ListRoutesAsync(AddressFamily.InterNetwork, Stop));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_stopped_server_ends_the_watch_in_words(int version)
    {
        using var lab = new BgpLab();
        var speaker = await lab.AddAsync(RequireBgp.GoBgpd(version), []);
        await using var watch = new WatchLog((await lab.ConnectAsync(speaker)).Api);
        await watch.UntilListedAsync();
        await speaker.StopAsync(Stop);
        var end = await watch.EndAsync();
        Assert.StartsWith($"gobgp unix://{speaker.Socket}: the watch ended: ", end.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorKind.Unavailable, end.Kind);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_server_that_hangs_ends_the_watch_in_words(int version)
    {
        using var lab = new BgpLab();
        var speaker = await lab.AddAsync(RequireBgp.GoBgpd(version), []);
        var settings = BgpLab.SettingsOf(speaker) with { CallTimeout = TimeSpan.FromSeconds(2), ProbeInterval = TimeSpan.FromMilliseconds(200) };
        await using var watch = new WatchLog((await lab.ConnectAsync(speaker, settings)).Api);
        await watch.UntilListedAsync();
        speaker.Pause();
        Assert.Equal($"gobgp unix://{speaker.Socket}: the watch ended: no answer within 2 s.", (await watch.EndAsync()).Message);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_neighbour_that_dies_takes_its_routes_along_and_is_seen_to_come_back(int version)
    {
        using var lab = new BgpLab();
        var (here, there) = (BgpLab.Place(0).IPv4, BgpLab.Place(1).IPv4);
        var speaker = await lab.AddAsync(RequireBgp.GoBgpd(version), [new(there, BgpLab.As)]);
        var other = await lab.AddAsync(RequireBgp.GoBgpd(version), [new(here, BgpLab.As)]);
        var connection = await lab.ConnectAsync(speaker);
        await SpeakerPair.UntilEstablishedAsync(connection.Api, there);
        await (await lab.ConnectAsync(other)).Api.AdvertiseAsync(Prefix, there, Stop);
        await using var watch = new WatchLog(connection.Api);
        await watch.UntilAsync(events => events.OfType<BgpEvent.RouteChosen>().Any(chosen => chosen.Route.Prefix == Prefix), "the neighbour's prefix");

        await other.KillAsync(Stop);
        await watch.UntilAsync(events => events.Contains(new BgpEvent.RouteGone(Prefix)), "the prefix goes");
        await watch.UntilAsync(_ => States(watch, there).Any(state => state != BgpSessionState.Established), "the session ends");
        await other.StartAsync(Stop);
        await watch.UntilAsync(_ => States(watch, there).LastOrDefault() == BgpSessionState.Established, "the session is established again");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_server_without_bgp_says_so(int version)
    {
        using var lab = new BgpLab();
        var speaker = await lab.AddAsync(RequireBgp.GoBgpd(version), [], number: null);
        var api = (await lab.ConnectAsync(speaker)).Api;
        Assert.Null(await api.GetSpeakerAsync(Stop));
        var refused = await Assert.ThrowsAsync<CiliumException>(() => api.AdvertiseAsync(Prefix, BgpLab.Place(0).IPv4, Stop));
        Assert.Equal(($"gobgp unix://{speaker.Socket}: {Prefix} cannot be advertised: BGP is not started in it.", ErrorKind.Unavailable), (refused.Message, refused.Kind));
        await using var watch = new WatchLog(api);
        Assert.Equal($"gobgp unix://{speaker.Socket}: it cannot be watched: BGP is not started in it.", (await watch.EndAsync()).Message);
    }

    private static IEnumerable<BgpSessionState> States(WatchLog watch, IPAddress neighbour) =>
        watch.AfterInitialDone.OfType<BgpEvent.NeighbourChanged>().Where(changed => changed.Address.Equals(neighbour)).Select(changed => changed.State);
}
