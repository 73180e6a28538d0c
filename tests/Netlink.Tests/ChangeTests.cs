using System.Net;

namespace Cilium.Framework.Netlink.Tests;

/// <summary>Changes that one socket makes are told by another.</summary>
[Trait("Needs", "Root")]
public sealed class ChangeTests : IDisposable
{
    /// <summary>Route changes that no queue of this size holds: each takes some hundred bytes of it.</summary>
    private const int TooMany = 10_000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10 * Lab.PatienceFactor.Value);
    private readonly NamespaceFixture _fixture = new();
    private readonly NetlinkChanges _changes;
    private readonly CancellationTokenSource _limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    public ChangeTests()
    {
        _limit.CancelAfter(Limit);
        _changes = NetlinkChanges.Open(_fixture.Left);
    }

    private RouteNetlink Netlink => _fixture.Netlink;

    public void Dispose()
    {
        _changes.Dispose();
        _fixture.Dispose();
        _limit.Dispose();
    }

    [Fact]
    public async Task A_device_that_comes_changes_and_goes_is_told()
    {
        var link = _fixture.Veth("a");
        await SeenAsync(change => change is { Kind: NetlinkChangeKind.Link, IsRemoved: false, Link.Name: "a" }, "a comes");
        Netlink.SetMtu(link.Index, 1300);
        await SeenAsync(change => change.Link is { Name: "a", Mtu: 1300 }, "a has the MTU 1300");
        Netlink.Rename(link.Index, "b");
        await SeenAsync(change => change.Link is { Name: "b" } renamed && renamed.Index == link.Index, "a is called b");
        Netlink.SetUp(link.Index);
        await SeenAsync(change => change.Link is { Name: "b", IsUp: true }, "b is up");
        Netlink.DeleteLink("b");
        await SeenAsync(change => change is { Kind: NetlinkChangeKind.Link, IsRemoved: true, Link.Name: "b" }, "b is gone");
    }

    [Fact]
    public async Task A_port_that_leaves_its_bridge_is_not_called_gone()
    {
        Netlink.CreateBridge("br0");
        var port = _fixture.Veth("a");
        Netlink.SetMaster(port.Index, Netlink.FindLink("br0")!.Index);
        Netlink.SetMaster(port.Index, 0);
        Netlink.SetMtu(port.Index, 1300);
        var seen = await SeenAsync(change => change.Link is { Name: "a", Mtu: 1300 }, "a has the MTU 1300");
        Assert.DoesNotContain(seen, change => change is { IsRemoved: true, Link: not null });
    }

    [Theory]
    [InlineData("192.0.2.1", 24, "10.2.0.0", 24)]
    [InlineData("2001:db8::1", 64, "fd00:2::", 64)]
    public async Task Addresses_and_routes_that_come_and_go_are_told(string text, int length, string network, int networkLength)
    {
        var link = _fixture.Veth();
        Netlink.SetUp(link.Index);
        var address = IPAddress.Parse(text);
        Netlink.AddAddress(link.Index, address, length);
        await SeenAsync(change => change is { Kind: NetlinkChangeKind.Address, IsRemoved: false } && address.Equals(change.Address!.IP), $"{text} comes");

        var route = new Route { Destination = IPAddress.Parse(network), PrefixLength = networkLength, IfIndex = link.Index, Protocol = 161, Mtu = 1400 };
        Netlink.AddRoute(route);
        await SeenAsync(change => change is { Kind: NetlinkChangeKind.Route, IsRemoved: false, Route: { Protocol: 161, Mtu: 1400 } }, $"a route to {network} comes");
        Netlink.DeleteRoute(route);
        await SeenAsync(change => change is { Kind: NetlinkChangeKind.Route, IsRemoved: true, Route.Protocol: 161 }, $"the route to {network} goes");
        Netlink.DeleteAddress(link.Index, address, length);
        await SeenAsync(change => change is { Kind: NetlinkChangeKind.Address, IsRemoved: true } && address.Equals(change.Address!.IP), $"{text} goes");
    }

    [Fact]
    public async Task Another_namespace_is_not_told()
    {
        using (var right = RouteNetlink.Open(_fixture.Right))
            right.CreateBridge("elsewhere");
        _fixture.Veth("here");
        var seen = await SeenAsync(change => change.Link is { Name: "here" }, "here comes");
        Assert.DoesNotContain(seen, change => change.Link is { Name: "elsewhere" });
    }

    [Fact]
    public async Task What_was_lost_is_one_resync_and_everything_after_it_is_told()
    {
        var link = _fixture.Veth();
        Netlink.SetUp(link.Index);
        for (var i = 0; i < TooMany; i++)
            Netlink.AddRoute(new Route { Destination = new IPAddress(new byte[] { 10, (byte)(i >> 8), (byte)i, 0 }), PrefixLength = 24, IfIndex = link.Index, Scope = 253 });

        await using var reader = _changes.ReadAllAsync(_limit.Token).GetAsyncEnumerator(_limit.Token);
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal(NetlinkChangeKind.Resync, reader.Current.Kind);
        // What was queued before the overflow is not told any more: the next change is this one.
        Netlink.SetMtu(link.Index, 1300);
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal((NetlinkChangeKind.Link, 1300), (reader.Current.Kind, reader.Current.Link?.Mtu));
    }

    [Fact]
    public async Task Who_stops_waiting_may_read_again()
    {
        using var stop = new CancellationTokenSource();
        var reading = ReadToEndAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Limit));
        _fixture.Veth("a");
        await SeenAsync(change => change.Link is { Name: "a" }, "a comes");
    }

    [Fact]
    public async Task Disposal_ends_who_reads_and_who_comes_later()
    {
        var reading = ReadToEndAsync(_limit.Token);
        _changes.Dispose();
        await reading.WaitAsync(Limit);
        await ReadToEndAsync(_limit.Token).WaitAsync(Limit);
    }

    private async Task ReadToEndAsync(CancellationToken ct)
    {
        await foreach (var _ in _changes.ReadAllAsync(ct))
        {
        }
    }

    /// <summary>Reads until a change is the awaited one.</summary>
    /// <returns>What was read.</returns>
    private async Task<List<NetlinkChange>> SeenAsync(Func<NetlinkChange, bool> isAwaited, string awaited)
    {
        var seen = new List<NetlinkChange>();
        try
        {
            await foreach (var change in _changes.ReadAllAsync(_limit.Token))
            {
                seen.Add(change);
                if (isAwaited(change))
                    return seen;
            }
        }
        catch (OperationCanceledException)
        {
            // Said below.
        }

        Assert.Fail($"waited {Limit.TotalSeconds} s in vain: {awaited}. Seen: {string.Join(", ", seen)}");
        return seen;
    }
}
