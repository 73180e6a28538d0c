using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Agent.NodeHealth;
using Cilium.Framework.Health;
using Cilium.Framework.Netlink;
using Cilium.Framework.NodeHealth;
using Cilium.Framework.Nodes;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Agent.Tests.NodeHealth;

/// <summary>Responder and probes over real sockets, in a namespace of the test's own.</summary>
[Trait("Needs", "Root")]
public sealed class ProbesTests : IDisposable
{
    private static readonly IPAddress IPv4 = IPAddress.Parse("192.0.2.1"), IPv6 = IPAddress.Parse("2001:db8::1"), Nobody = IPAddress.Parse("192.0.2.99");
    private static readonly NodeKey Self = new("default", "a");
    private static int _count;

    private readonly NetworkNamespace _place;
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    public ProbesTests()
    {
        Require.Root();
        _place = NetworkNamespace.Create($"h{Environment.ProcessId}-{Interlocked.Increment(ref _count)}");
        using var netlink = RouteNetlink.Open(_place);
        var loopback = netlink.FindLink("lo")!.Index;
        netlink.AddAddress(loopback, IPv4, 32);
        netlink.AddAddress(loopback, IPv6, 128);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
        _place.Delete();
    }

    /// <summary>As the agent opens them before it gives up the right to.</summary>
    private EndpointSockets Open() => _place.Run(HealthNamespace.Open);

    [Fact]
    public async Task A_health_endpoint_answers_pings_and_the_greeting_again_and_again_over_sockets_that_were_opened_in_its_namespace()
    {
        var sockets = Open();
        var serving = new EndpointListener(sockets.Listener, TimeProvider.System).RunAsync(_stop.Token);
        using var origin = new EndpointProbeOrigin(sockets, TimeProvider.System);
        using var netlink = RouteNetlink.Inherit(sockets.Netlink);
        Assert.Contains(netlink.ListAddresses(), address => address.IP.Equals(IPv4));
        // More often than there are sockets.
        for (var i = 0; i < 40; i++)
        {
            foreach (var to in (IPAddress[])[IPv4, IPv6])
            {
                Assert.Equal(HealthPathState.Reachable, (await origin.EchoAsync(to, _stop.Token)).State);
                var greeted = await origin.GreetAsync(to, _stop.Token);
                Assert.Equal((HealthPathState.Reachable, ""), (greeted.State, greeted.Error));
            }
        }

        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);
    }

    [Fact]
    public async Task Who_is_not_there_is_told_in_words_and_the_socket_serves_the_next_one()
    {
        var sockets = Open();
        using var origin = new EndpointProbeOrigin(sockets with { IPv4 = [.. sockets.IPv4.Take(1)] }, TimeProvider.System);
        var refused = await origin.GreetAsync(IPv4, _stop.Token);
        Assert.Equal((HealthPathState.Unreachable, "connection refused: no agent answers there"), (refused.State, refused.Error));
        var nowhere = await origin.GreetAsync(Nobody, _stop.Token);
        Assert.Equal((HealthPathState.Unreachable, "network is unreachable"), (nowhere.State, nowhere.Error));
        Assert.Equal("network is unreachable", (await origin.EchoAsync(Nobody, _stop.Token)).Error, ignoreCase: true);
        var serving = new EndpointListener(sockets.Listener, TimeProvider.System).RunAsync(_stop.Token);
        Assert.Equal(HealthPathState.Reachable, (await origin.GreetAsync(IPv4, _stop.Token)).State);
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);
    }

    [Fact]
    public async Task A_listener_that_was_stopped_listens_again()
    {
        var sockets = Open();
        var listener = new EndpointListener(sockets.Listener, TimeProvider.System);
        using var origin = new EndpointProbeOrigin(sockets, TimeProvider.System);
        for (var i = 0; i < 3; i++)
        {
            using var once = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            var serving = listener.RunAsync(once.Token);
            await Eventually.TrueAsync(async () => (await origin.GreetAsync(IPv6, _stop.Token)).State == HealthPathState.Reachable, "the listener answers");
            await once.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);
        }
    }

    [Fact]
    public async Task A_node_listens_on_its_own_addresses_says_where_it_cannot_and_follows_them()
    {
        var nodes = new Table<NodeKey, NodeRow>("nodes", row => row.Key);
        var health = new HealthTree(TimeProvider.System);
        nodes.Upsert(Node(IPAddress.Loopback));
        // Not in the test's namespace: what is listened on is this machine's loopback alone.
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), HealthService.Port));
        taken.Listen();
        var running = new NodeResponder(Self, nodes, health.Scope("responder"), TimeProvider.System).RunAsync(_stop.Token);
        using var origin = new NodeProbeOrigin(TimeProvider.System);
        await Eventually.TrueAsync(async () => (await origin.GreetAsync(IPAddress.Loopback, _stop.Token)).State == HealthPathState.Reachable, "the node answers");

        nodes.Upsert(Node(IPAddress.Parse("127.0.0.2")));
        await Eventually.TrueAsync(() => health.Snapshot().Any(report => report.Level == HealthLevel.Degraded), "the taken port is told");
        Assert.StartsWith("other nodes get no answer from this one's health port: 127.0.0.2:4240: Address already in use.", Assert.Single(health.Snapshot()).Message, StringComparison.Ordinal);
        Assert.Equal("connection refused: no agent answers there", (await origin.GreetAsync(IPAddress.Loopback, _stop.Token)).Error);
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static NodeRow Node(IPAddress address) => new() { Key = Self, Origin = NodeOrigin.Local, Addresses = [new NodeAddress(NodeAddress.Internal, address)] };
}
