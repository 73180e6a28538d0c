using System.Net;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Traffic;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

/// <summary>What holds whichever routing the profile selects.</summary>
public abstract class MultiNodeTests(RoutedNodes nodes) : IAsyncLifetime
{
    private protected const int Port = Stores.SharedStore.Port;
    private const int ClosedPort = Stores.SharedStore.ClosedPort;

    /// <summary>1,000 packets a second.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(1);

    private protected static readonly TimeSpan Answer = Patience.Of(TimeSpan.FromSeconds(5));
    private protected static readonly TimeSpan NoAnswer = Patience.Of(TimeSpan.FromMilliseconds(400));

    private protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await nodes.HealAsync(Stop);

    public ValueTask DisposeAsync()
    {
        nodes.ShowLogsOfFailure();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    [InlineData(true, 2)]
    public async Task Policy_decides_alike_on_this_node_and_on_another_and_the_receiver_sees_the_senders_identity(bool v6, int from)
    {
        var (client, stranger, server) = (Pod(from, "client"), Pod(from, "stranger"), Pod(0, "server"));
        await using var echo = new EchoServer(server.Namespace, Port);
        await using var closed = new EchoServer(server.Namespace, ClosedPort);
        await using var events = new EventLog(nodes.Nodes[0]);
        await events.ReadsAsync(client.Namespace, server.Address(v6), Stop);

        Assert.True(await Probe.TcpAsync(client.Namespace, server.Address(v6), Port, Answer, Stop), "allowed by label and port, TCP");
        Assert.True(await Probe.UdpAsync(client.Namespace, server.Address(v6), Port, Answer, Stop), "allowed by label and port, UDP");
        Assert.False(await Probe.TcpAsync(client.Namespace, server.Address(v6), ClosedPort, NoAnswer, Stop), "denied by port");
        Assert.False(await Probe.TcpAsync(stranger.Namespace, server.Address(v6), Port, NoAnswer, Stop), "denied by label");

        await SeenAsync("trace", client, Port);
        await SeenAsync("drop", client, ClosedPort);
        await SeenAsync("drop", stranger, Port);

        async Task SeenAsync(string type, LabPod source, int port)
        {
            var seen = await events.WaitAsync(one => one.Type == type && one.Source == source.Address(v6).ToString() && one.Destination == server.Address(v6).ToString() && one.DestinationPort == port);
            var identity = (await nodes.Nodes[from].Agent.Client.ListEndpointsAsync(Stop)).Single(endpoint => endpoint.Id == source.EndpointId).Status.Identity!.Id;
            Assert.Equal((identity, type == "drop" ? "Policy denied (L3)" : null), (seen.SourceIdentity, type == "drop" ? seen.ReasonText : null));
        }
    }

    [Fact]
    public async Task An_agent_that_is_killed_and_starts_again_loses_no_packet_between_nodes()
    {
        foreach (var victim in nodes.Nodes)
        {
            await using var one = await StreamAsync(0, 1, Port);
            await using var two = await StreamAsync(1, 2, Port);
            await using var three = await StreamAsync(2, 0, Port);
            await victim.Agent.KillAsync(Stop);
            await victim.StartAgentAsync(Stop);
            await Stores.ClusterView.AllSeeEverythingAsync(nodes.Nodes, seconds: 20);
            foreach (var stream in (DatagramStream[])[one, two, three])
            {
                await Eventually.TrueAsync(() => stream.SoFar.Sent > 1000, "enough was sent to notice a loss");
                var result = await stream.StopAsync();
                Assert.Equal((0, 0), (result.Lost, result.SocketDrops));
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_pod_reaches_a_pod_of_another_node_with_packets_of_the_routes_size_and_learns_of_it_when_they_are_larger(bool v6)
    {
        Assert.Equal(nodes.RouteMtu, (await nodes.Nodes[0].Agent.Client.GetConfigurationAsync(Stop)).RouteMtu);
        await LargestPacket.IsAsync(nodes.RouteMtu, Pod(0, "client").Namespace, Pod(1, "client").Address(v6), Answer, Stop);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_node_reaches_pods_of_other_nodes_and_pods_reach_other_nodes(bool v6)
    {
        var (server, node) = (Pod(1, "client"), nodes.Nodes[2]);
        Assert.True(await Probe.PingAsync(nodes.Nodes[0].Network.Node, server.Address(v6), Answer, Stop), "node1 to a pod of node2");
        Assert.True(await Probe.PingAsync(Pod(0, "client").Namespace, v6 ? node.Network.Place.IPv6 : node.Network.Place.IPv4, Answer, Stop), "a pod of node1 to node3");
    }

    [Fact]
    public async Task A_pod_that_claims_to_be_another_is_dropped_with_the_reason()
    {
        var (client, server) = (Pod(1, "server"), Pod(0, "server"));
        await using var events = new EventLog(nodes.Nodes[1]);
        await events.ReadsAsync(client.Namespace, server.IPv4, Stop);
        await RawIPv4.SendAsync(client.Namespace, Pod(1, "client").IPv4, server.IPv4, Port, Stop);
        var dropped = await events.WaitAsync(seen => seen.Type == "drop" && seen.Source == Pod(1, "client").IPv4.ToString() && seen.Destination == server.IPv4.ToString());
        Assert.Equal("Invalid source ip", dropped.ReasonText);
    }

    [Fact]
    public async Task A_machine_on_the_underlay_that_claims_to_be_a_pod_of_the_node_or_the_node_is_dropped_with_the_reason()
    {
        var (node, server) = (nodes.Nodes[0], Pod(0, "server"));
        var intruder = nodes.AddMachine("claimant");
        using (var netlink = RouteNetlink.Open(intruder.Namespace))
            netlink.ReplaceRoute(new Route { Destination = server.IPv4, PrefixLength = 32, Gateway = node.Network.Place.IPv4 });
        await using var events = new EventLog(node);
        await events.ReadsAsync(Pod(1, "client").Namespace, server.IPv4, Stop);
        foreach (var claimed in (IPAddress[])[Pod(0, "client").IPv4, node.Network.Place.IPv4])
        {
            await RawIPv4.SendAsync(intruder.Namespace, claimed, server.IPv4, Port, Stop);
            var dropped = await events.WaitAsync(seen => seen.Type == "drop" && seen.Source == claimed.ToString() && seen.Destination == server.IPv4.ToString());
            Assert.Equal("Invalid source ip", dropped.ReasonText);
        }
    }

    private protected LabPod Pod(int node, string name) => nodes.Nodes[node].Pods.First(pod => pod.Name == name);

    private async Task<DatagramStream> StreamAsync(int from, int to, int port) =>
        await DatagramStream.StartAsync(Pod(from, "client").Namespace, Pod(to, "server").Namespace, Pod(to, "server").IPv4, port, Pace, expectArrival: true, Stop);

    private protected async Task<IReadOnlyList<string>> RowsAsync(int node, string table) =>
        [.. (await nodes.Nodes[node].Agent.Client.GetTableAsync(table, Stop)).Rows.Select(row => string.Join(' ', row))];
}
