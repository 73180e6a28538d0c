using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Errors;
using Cilium.Framework.Routing.KubeRouter.GoBgp;
using Cilium.Framework.Routing.KubeRouter.Tests.Servers;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.Tests;

/// <summary>Two real servers of one version.</summary>
public abstract class PeeringTests(SpeakerPair pair) : IAsyncLifetime
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static IPAddress FirstAddress => BgpLab.Place(0).IPv4;

    private static IPAddress SecondAddress => BgpLab.Place(1).IPv4;

    private IGoBgpApi First => pair.First.Api;

    private IGoBgpApi Second => pair.Second.Api;

    public ValueTask InitializeAsync()
    {
        pair.IsNeeded();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_version_and_the_speaker_are_found()
    {
        Assert.Equal(pair.Version, (int)pair.First.Version);
        Assert.Equal(new BgpSpeaker(BgpLab.As, FirstAddress), await First.GetSpeakerAsync(Stop));
    }

    [Fact]
    public async Task Its_neighbours_are_listed_with_state_and_counts()
    {
        await First.AdvertiseAsync(IpPrefix.Parse("10.10.0.0/24"), FirstAddress, Stop);
        await UntilRouteAsync(Second, "10.10.0.0/24", route => route.IsBest, "the prefix arrives");
        var sender = Assert.Single(await First.ListNeighboursAsync(Stop));
        Assert.Equal((SecondAddress, BgpLab.As, BgpSessionState.Established), (sender.Address, sender.As, sender.State));
        Assert.InRange(sender.Since!.Value, TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow().AddMinutes(1));
        Assert.True(sender.Advertised >= 1, $"{sender}");
        var receiver = Assert.Single(await Second.ListNeighboursAsync(Stop));
        Assert.True(receiver is { Received: >= 1, Accepted: >= 1 }, $"{receiver}");
    }

    [Theory]
    [InlineData("10.11.0.0/24", "192.0.2.11")]
    [InlineData("10.11.1.1/32", "192.0.2.77")]
    [InlineData("fd00:11::/64", "2001:db8::11")]
    public async Task A_prefix_is_the_best_route_of_the_neighbour_until_it_is_withdrawn(string cidr, string nextHop)
    {
        var prefix = IpPrefix.Parse(cidr);
        await First.AdvertiseAsync(prefix, IPAddress.Parse(nextHop), Stop);
        var learnt = await UntilRouteAsync(Second, cidr, _ => true, "the prefix arrives");
        Assert.Equal(new BgpRoute(prefix, IPAddress.Parse(nextHop), FirstAddress, "", BgpOrigin.Igp, IsBest: true, learnt.Since), learnt);
        Assert.InRange(learnt.Since!.Value, TimeProvider.System.GetUtcNow().AddMinutes(-10), TimeProvider.System.GetUtcNow().AddMinutes(1));
        var own = Assert.Single(await First.ListRoutesAsync(prefix.Family, Stop), route => route.Prefix == prefix);
        Assert.Equal(new BgpRoute(prefix, IPAddress.Parse(nextHop), null, "", BgpOrigin.Igp, IsBest: true, own.Since) { IsOurs = true }, own);

        await First.WithdrawAsync(prefix, Stop);
        await UntilGoneAsync(First, prefix);
        await UntilGoneAsync(Second, prefix);
    }

    [Fact]
    public async Task Advertising_again_replaces_the_next_hop()
    {
        var prefix = IpPrefix.Parse("10.12.0.0/24");
        await First.AdvertiseAsync(prefix, FirstAddress, Stop);
        await First.AdvertiseAsync(prefix, FirstAddress, Stop);
        await First.AdvertiseAsync(prefix, IPAddress.Parse("192.0.2.99"), Stop);
        await UntilRouteAsync(Second, "10.12.0.0/24", route => route.NextHop.Equals(IPAddress.Parse("192.0.2.99")), "the second next hop arrives");
        Assert.Single(await First.ListRoutesAsync(AddressFamily.InterNetwork, Stop), route => route.Prefix == prefix);
        await First.WithdrawAsync(prefix, Stop);
        await UntilGoneAsync(Second, prefix);
    }

    [Theory]
    [InlineData("10.13.0.0/24", "192.0.2.11")]
    [InlineData("fd00:13::/64", "2001:db8::11")]
    public async Task Withdrawing_what_a_neighbour_advertised_succeeds_and_changes_nothing(string cidr, string nextHop)
    {
        var prefix = IpPrefix.Parse(cidr);
        await Second.WithdrawAsync(prefix, Stop);
        await First.AdvertiseAsync(prefix, IPAddress.Parse(nextHop), Stop);
        await UntilRouteAsync(Second, cidr, _ => true, "the prefix arrives");
        await Second.WithdrawAsync(prefix, Stop);
        Assert.Single(await Second.ListRoutesAsync(prefix.Family, Stop), route => route.Prefix == prefix && route.IsBest);
        Assert.Single(await First.ListRoutesAsync(prefix.Family, Stop), route => route.Prefix == prefix && route.IsBest);
    }

    [Theory]
    [InlineData("10.14.0.0/24", "10.14.1.0/24", "192.0.2.11")]
    [InlineData("fd00:14::/64", "fd00:14:1::/64", "2001:db8::11")]
    public async Task A_watch_tells_what_there_is_and_then_what_changes(string before, string after, string nextHop)
    {
        await First.AdvertiseAsync(IpPrefix.Parse(before), IPAddress.Parse(nextHop), Stop);
        await UntilRouteAsync(Second, before, _ => true, "the first prefix arrives");
        await using var watch = new WatchLog(Second);
        await watch.UntilListedAsync();
        Assert.Contains(new BgpEvent.NeighbourChanged(FirstAddress, BgpLab.As, BgpSessionState.Established), watch.BeforeInitialDone);
        AssertChosen(watch.BeforeInitialDone, before, nextHop);

        await First.AdvertiseAsync(IpPrefix.Parse(after), IPAddress.Parse(nextHop), Stop);
        await watch.UntilAsync(_ => Chosen(watch.AfterInitialDone, after).Any(), "the second prefix");
        AssertChosen(watch.AfterInitialDone, after, nextHop);
        await First.WithdrawAsync(IpPrefix.Parse(before), Stop);
        await watch.UntilAsync(_ => watch.AfterInitialDone.Contains(new BgpEvent.RouteGone(IpPrefix.Parse(before))), "the first prefix goes");
        await First.WithdrawAsync(IpPrefix.Parse(after), Stop);
        await watch.UntilAsync(_ => watch.AfterInitialDone.Contains(new BgpEvent.RouteGone(IpPrefix.Parse(after))), "the second prefix goes");
    }

    [Fact]
    public async Task A_watch_loses_nothing_of_what_changes_while_it_begins()
    {
        var prefixes = Enumerable.Range(0, 200).Select(number => new IpPrefix(new IPAddress([10, 15, (byte)number, 0]), 24)).ToList();
        var advertising = Task.Run(async () =>
        {
            foreach (var prefix in prefixes)
                await First.AdvertiseAsync(prefix, FirstAddress, Stop);
        }, Stop);
        await UntilRouteAsync(Second, prefixes[10].ToString(), _ => true, "some are there");
        await using var watch = new WatchLog(Second);
        await advertising;
        await watch.UntilAsync(events => prefixes.ToHashSet().IsSubsetOf(events.OfType<BgpEvent.RouteChosen>().Select(chosen => chosen.Route.Prefix)), "every prefix");
        foreach (var prefix in prefixes)
            await First.WithdrawAsync(prefix, Stop);
        await watch.UntilAsync(_ => prefixes.ToHashSet().IsSubsetOf(watch.AfterInitialDone.OfType<BgpEvent.RouteGone>().Select(gone => gone.Prefix)), "every prefix goes");
    }

    [Fact]
    public async Task A_next_hop_of_the_other_family_is_refused()
    {
        var error = await Assert.ThrowsAsync<CiliumException>(() => First.AdvertiseAsync(IpPrefix.Parse("10.16.0.0/24"), IPAddress.Parse("2001:db8::11"), Stop));
        Assert.Equal(
            $"gobgp unix://{pair.Lab.Speakers[0].Socket}: 10.16.0.0/24 cannot be advertised: its next hop 2001:db8::11 is of the other family. Accepted: an address of the prefix's family. Nothing was sent.",
            error.Message);
        Assert.Equal(ErrorKind.Invalid, error.Kind);
    }

    private static IEnumerable<BgpEvent.RouteChosen> Chosen(IEnumerable<BgpEvent> events, string prefix) =>
        events.OfType<BgpEvent.RouteChosen>().Where(chosen => chosen.Route.Prefix == IpPrefix.Parse(prefix));

    private static void AssertChosen(IEnumerable<BgpEvent> events, string prefix, string nextHop)
    {
        var route = Chosen(events, prefix).Last().Route;
        Assert.Equal(new BgpRoute(IpPrefix.Parse(prefix), IPAddress.Parse(nextHop), FirstAddress, "", BgpOrigin.Igp, IsBest: true, route.Since), route);
    }

    private static async Task<BgpRoute> UntilRouteAsync(IGoBgpApi api, string prefix, Func<BgpRoute, bool> condition, string awaited)
    {
        BgpRoute? found = null;
        await Eventually.TrueAsync(
            async () => (found = (await api.ListRoutesAsync(IpPrefix.Parse(prefix).Family, Stop)).FirstOrDefault(route => route.Prefix == IpPrefix.Parse(prefix))) is not null && condition(found),
            () => $"{awaited}; there is {found}",
            seconds: 60);
        return found!;
    }

    private static Task UntilGoneAsync(IGoBgpApi api, IpPrefix prefix) => Eventually.TrueAsync(
        async () => (await api.ListRoutesAsync(prefix.Family, Stop)).All(route => route.Prefix != prefix), $"{prefix} goes", seconds: 60);
}

/// <summary>Of version 3.</summary>
[Trait("Needs", "Root")]
public sealed class PeeringTests3(SpeakerPair3 pair) : PeeringTests(pair), IClassFixture<SpeakerPair3>;

/// <summary>Of version 4.</summary>
[Trait("Needs", "Root")]
public sealed class PeeringTests4(SpeakerPair4 pair) : PeeringTests(pair), IClassFixture<SpeakerPair4>;
