using System.Net;
using Cilium.Framework.Agent.Api;
using Cilium.Framework.Agent.Exchange;
using Cilium.Framework.Client;
using Cilium.Framework.Errors;
using Cilium.Framework.Health;
using Cilium.Framework.Hosting;
using Cilium.Framework.Nodes;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routes;
using Cilium.Framework.Routing;
using Cilium.Framework.Rows;
using Cilium.Framework.State;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cilium.Framework.Agent.Tests.Exchange;

/// <summary>The routing daemon through the API, over a real socket with the agent's own client; a reconciler does what the node's does.</summary>
public sealed class BgpRoutesTests : IAsyncDisposable
{
    private static readonly NodeKey Self = new("default", "a");
    private readonly TemporaryFolder _folder = new();
    private readonly StateDirectory _state;
    private readonly MemoryExchange _daemon = new();
    private readonly NodeTables _tables = new(TimeProvider.System);
    private readonly AdvertisementRegistry _requests;
    private readonly CiliumClient _client;
    private readonly CancellationTokenSource _stop = new();
    private WebApplication? _server;
    private Reconciler<IpPrefix, AdvertisementRow>? _reconciler;
    private Task _reconciling = Task.CompletedTask;

    public BgpRoutesTests()
    {
        _state = StateDirectory.Open(_folder["state"]);
        _requests = Registry(_tables);
        _client = new(_folder["api.sock"]);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        await _stop.CancelAsync();
        await _reconciling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _reconciler?.Dispose();
        _stop.Dispose();
        _state.Dispose();
        _folder.Dispose();
    }

    private AdvertisementRegistry Registry(NodeTables tables) =>
        new(tables.Advertisements, new StateFile<AdvertisementState>(_state, AdvertisementRegistry.FileName, AdvertisementStateJson.Default.AdvertisementState));

    private async Task ServeAsync(IRouteExchange? exchange, bool areNodesKnown = true)
    {
        var nodes = _tables.Nodes.RegisterSource("nodes");
        _tables.Nodes.ReplaceAll([new NodeRow { Key = new NodeKey("default", "b"), Origin = NodeOrigin.Kvstore, IPv4PodCidr = IpPrefix.Parse("10.1.1.0/24") }]);
        if (areNodesKnown)
            nodes.ListDone();
        _requests.Restore();
        if (exchange is not null)
        {
            _reconciler = new(
                _tables.Advertisements, exchange.Advertisements, new GateKeeper(), new ReconcilerOptions { MinRetry = TimeSpan.FromMilliseconds(10), MaxRetry = TimeSpan.FromMilliseconds(50) },
                TimeProvider.System, new HealthTree(TimeProvider.System).Scope("test"), NullLogger.Instance);
            _reconciling = _reconciler.RunAsync(_stop.Token);
        }

        var services = new ApiServices
        {
            Endpoints = null!, Identities = null!, Ipam = null!, Policies = null!, Kvstore = null!, Events = null!, Tables = null!, Time = TimeProvider.System, Status = null!, Health = null!, Configuration = null!, RouteLedger = null!, Mtu = null!,
            RouteExchange = new RouteExchangeService(exchange, "memory", _requests, _tables, Self, TimeProvider.System), Plugins = [], ConfigurationValues = [], Stopping = default,
        };
        _server = ApiServer.Create(_folder["api.sock"], services, NullLoggerFactory.Instance);
        await _server.StartAsync(Cancelled);
    }

    private static async Task RefusedAsync(HttpStatusCode status, string text, Func<Task> ask)
    {
        var refusal = await Assert.ThrowsAsync<ApiException>(ask);
        Assert.Equal((status, text), (refusal.Status, refusal.Message));
    }

    private IEnumerable<string> Told => _daemon.Told.Keys.Order().Select(prefix => prefix.ToString());

    [Fact]
    public async Task Without_a_daemon_every_verb_says_what_to_select()
    {
        await ServeAsync(null);
        const string expected = "bgp: the selected routing (memory) speaks with no routing daemon. Select one that does: routing.provider kube-router. Nothing was changed.";
        foreach (var ask in (Func<Task>[])[() => _client.ListBgpPeersAsync(Cancelled), () => _client.ListBgpRoutesAsync(Cancelled), () => _client.AdvertiseAsync("10.5.0.0/24", ct: Cancelled), () => _client.WithdrawAsync("10.5.0.0/24", Cancelled)])
            await RefusedAsync(HttpStatusCode.NotImplemented, expected, ask);
        Assert.Empty(_tables.Advertisements.Rows);
    }

    [Fact]
    public async Task The_daemon_is_shown_with_its_peers()
    {
        var since = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        _daemon.Peers = [new RoutePeerInfo(IPAddress.Parse("192.0.2.1"), 65000, "established", since, 3, 2, 1), new RoutePeerInfo(IPAddress.Parse("2001:db8::1"), 4_200_000_000, "idle", null, 0, 0, 0)];
        await ServeAsync(_daemon);
        var answer = await _client.ListBgpPeersAsync(Cancelled);
        Assert.Equal(("127.0.0.1:50051", true, "a daemon in memory, AS 64512"), (answer.Speaker.Endpoint, answer.Speaker.Reachable, answer.Speaker.Detail));
        Assert.Equal(
            [("192.0.2.1", 65000u, "established", since, 3ul, 2ul, 1ul), ("2001:db8::1", 4_200_000_000u, "idle", (DateTimeOffset?)null, 0ul, 0ul, 0ul)],
            answer.Peers.Select(peer => (peer.Address, peer.Asn, peer.State, peer.Since, peer.Received, peer.Accepted, peer.Advertised)));
    }

    [Fact]
    public async Task A_daemon_that_is_away_is_an_answer_for_peers_and_a_refusal_for_routes()
    {
        _daemon.Speaker = new RouteSpeakerInfo("127.0.0.1:50051", IsReachable: false, "nobody listens there.");
        await ServeAsync(_daemon);
        var answer = await _client.ListBgpPeersAsync(Cancelled);
        Assert.Equal((false, "nobody listens there.", 0), (answer.Speaker.Reachable, answer.Speaker.Detail, answer.Peers.Count));
        await RefusedAsync(HttpStatusCode.ServiceUnavailable, "daemon 127.0.0.1:50051: nobody listens there.", () => _client.ListBgpRoutesAsync(Cancelled));
    }

    [Fact]
    public async Task Routes_are_listed_as_the_daemon_knows_them()
    {
        _daemon.Routes =
        [
            new ExchangedRouteInfo(IpPrefix.Parse("10.5.0.0/24"), IPAddress.Parse("192.0.2.9"), null, "", IsBest: true),
            new ExchangedRouteInfo(IpPrefix.Parse("10.6.0.0/24"), IPAddress.Parse("192.0.2.1"), IPAddress.Parse("192.0.2.2"), "65000 {65001}", IsBest: false),
        ];
        await ServeAsync(_daemon);
        Assert.Equal(
            [("10.5.0.0/24", "192.0.2.9", null, "", true), ("10.6.0.0/24", "192.0.2.1", "192.0.2.2", "65000 {65001}", false)],
            (await _client.ListBgpRoutesAsync(Cancelled)).Select(route => (route.Prefix, route.NextHop, route.From, route.AsPath, route.Best)));
    }

    [Fact]
    public async Task What_is_advertised_is_told_when_the_answer_comes_and_stays_told_once()
    {
        await ServeAsync(_daemon);
        Assert.Equal("10.5.0.0/24", (await _client.AdvertiseAsync("10.5.0.0/24", ct: Cancelled)).Prefix);
        Assert.Equal(["10.5.0.0/24"], Told);
        Assert.Equal("on request", (await _client.AdvertiseAsync("10.5.0.0/24", ct: Cancelled)).Reason);
        await _client.AdvertiseAsync("FD00:5::/64", ct: Cancelled);
        await _client.AdvertiseAsync("0.0.0.0/0", isDefaultMeant: true, Cancelled);
        Assert.Equal(["0.0.0.0/0", "10.5.0.0/24", "fd00:5::/64"], Told);
        Assert.Equal("10.5.0.0/24", (await _client.WithdrawAsync("10.5.0.0/24", Cancelled)).Prefix);
        Assert.Equal(["0.0.0.0/0", "fd00:5::/64"], Told);
        await RefusedAsync(
            HttpStatusCode.NotFound, "withdraw 10.5.0.0/24: nobody asked here to advertise it, and what others told the daemon is not withdrawn. See cilium db show advertisements. Nothing was changed.",
            () => _client.WithdrawAsync("10.5.0.0/24", Cancelled));
    }

    [Theory]
    [InlineData("10.5.0.1/24", "prefix: \"10.5.0.1/24\" has bits beyond its length. Accepted: 10.5.0.0/24, or 10.5.0.1/32 for the one address. Nothing was changed.")]
    [InlineData("10.5.0.0/33", "prefix: \"10.5.0.0/33\" is none. Accepted: 10.0.0.0/24, fd00::/64, or an address alone. Nothing was changed.")]
    [InlineData("web", "prefix: \"web\" is none. Accepted: 10.0.0.0/24, fd00::/64, or an address alone. Nothing was changed.")]
    [InlineData("", "prefix: missing. Accepted: 10.0.0.0/24, fd00::/64, or an address alone. Nothing was changed.")]
    [InlineData("::/0", "advertise: ::/0 is the default route: a router that hears it may send this node whatever it has no better way for. Accepted: a longer prefix; or say that it is meant (--default-route). Nothing was changed.")]
    [InlineData("10.1.1.0/25", "advertise: 10.1.1.0/25 lies in 10.1.1.0/24, the range of node default/b: packets to its pods would come here. Accepted: a prefix outside the ranges of other nodes; or advertise it on that node. Nothing was changed.")]
    public async Task A_prefix_that_must_not_be_told_is_refused_and_not_kept(string prefix, string expected)
    {
        await ServeAsync(_daemon);
        await RefusedAsync(HttpStatusCode.BadRequest, expected, () => _client.AdvertiseAsync(prefix, ct: Cancelled));
        Assert.Empty(_tables.Advertisements.Rows);
        Assert.Null(_state.Read(AdvertisementRegistry.FileName));
    }

    [Fact]
    public async Task Nothing_is_told_before_the_ranges_of_all_nodes_are_known()
    {
        await ServeAsync(_daemon, areNodesKnown: false);
        await RefusedAsync(
            HttpStatusCode.ServiceUnavailable,
            "advertise 10.5.0.0/24: not all nodes are known yet, so that the prefix may lie in the range of another one. Nothing was changed. Ask again; cilium status says what is awaited.",
            () => _client.AdvertiseAsync("10.5.0.0/24", ct: Cancelled));
        Assert.Empty(_tables.Advertisements.Rows);
    }

    [Fact]
    public async Task A_refusal_of_the_daemon_is_said_and_the_request_is_kept_until_it_is_withdrawn()
    {
        _daemon.Refusal = RowOutcome.Failed(ErrorKind.Unavailable, "the daemon has no AS yet");
        await ServeAsync(_daemon);
        await RefusedAsync(
            HttpStatusCode.ServiceUnavailable, "advertise 10.5.0.0/24: the daemon has no AS yet. The request is kept: ask again to try at once, or take it back with cilium bgp withdraw 10.5.0.0/24.",
            () => _client.AdvertiseAsync("10.5.0.0/24", ct: Cancelled));
        await _client.WithdrawAsync("10.5.0.0/24", Cancelled);
        Assert.Empty(_tables.Advertisements.Rows);
        await Assert.ThrowsAsync<ApiException>(() => _client.AdvertiseAsync("10.6.0.0/24", ct: Cancelled));
        _daemon.Refusal = RowOutcome.Done;
        await Eventually.TrueAsync(() => Told.SequenceEqual(["10.6.0.0/24"]), "the kept request is told, and the withdrawn one is not");
    }

    [Fact]
    public async Task Asking_again_tries_what_failed_for_good()
    {
        _daemon.Refusal = RowOutcome.Failed(ErrorKind.Invalid, "the daemon knows no such family.");
        await ServeAsync(_daemon);
        var refusal = await Assert.ThrowsAsync<ApiException>(() => _client.AdvertiseAsync("10.5.0.0/24", ct: Cancelled));
        Assert.StartsWith("advertise 10.5.0.0/24: the daemon knows no such family. The request is kept", refusal.Message, StringComparison.Ordinal);
        _daemon.Refusal = RowOutcome.Done;
        await _client.AdvertiseAsync("10.5.0.0/24", ct: Cancelled);
        Assert.Equal(["10.5.0.0/24"], Told);
    }

    [Fact]
    public async Task Requests_outlive_the_agent_and_what_nobody_asked_for_is_withdrawn()
    {
        var earlier = Registry(new NodeTables(TimeProvider.System));
        earlier.Restore();
        earlier.Add(IpPrefix.Parse("10.5.0.0/24"));
        earlier.Add(IpPrefix.Parse("fd00:5::/64"));
        Assert.True(earlier.Remove(IpPrefix.Parse("fd00:5::/64")));
        Assert.False(earlier.Remove(IpPrefix.Parse("fd00:5::/64")));
        var leftOver = new AdvertisementRow(IpPrefix.Parse("10.7.0.0/24"), AdvertisementRegistry.Reason);
        _daemon.Told[leftOver.Prefix] = leftOver;
        await ServeAsync(_daemon);
        await Eventually.TrueAsync(() => Told.SequenceEqual(["10.5.0.0/24"]), "what was asked for before the restart is told, and nothing else");
    }

    [Fact]
    public async Task A_daemon_that_hangs_is_called_silent()
    {
        _daemon.Hangs = true;
        await ServeAsync(_daemon);
        await RefusedAsync(
            HttpStatusCode.ServiceUnavailable, "routing memory: the routing daemon did not answer within 5 s. Nothing was changed. See whether it runs, and ask again.", () => _client.ListBgpPeersAsync(Cancelled));
    }
}
