using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Netlink;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Tests.Real;

/// <summary>Two nodes with a datapath each, and a workload on each: the kernel wraps on one side and unwraps on the other.</summary>
[Trait("Needs", "Root")]
public sealed class TwoNodesTests : IDisposable
{
    private const uint ClientIdentity = 1001, ServerIdentity = 1002;
    private const int Port = 7070, Mtu = 1400, Bytes = 2_000_000;
    private const string ClientIPv4 = "10.90.1.1", ClientIPv6 = "fd90::a:1", ServerIPv4 = "10.91.1.1", ServerIPv6 = "fd91::b:1";
    private const string OneIPv4 = "192.0.2.1", OneIPv6 = "2001:db8::1", OtherIPv4 = "192.0.2.2", OtherIPv6 = "2001:db8::2";

    private readonly TestNode _one = new();
    private readonly TestNode _other = new();
    private readonly TestPod _client;
    private readonly TestPod _server;

    public TwoNodesTests()
    {
        using (var netlink = RouteNetlink.Open(_one.Namespace))
            netlink.CreateVeth(new VethPair { Name = "up0", PeerName = "up0", PeerNamespace = _other.Namespace });
        Configure(_one, OneIPv4, OneIPv6, "10.91.0.0/16", "fd91::/64");
        Configure(_other, OtherIPv4, OtherIPv6, "10.90.0.0/16", "fd90::/64");
        _client = _one.AddPod(1, ClientIdentity, ClientIPv4, ClientIPv6);
        _server = _other.AddPod(2, ServerIdentity, ServerIPv4, ServerIPv6);
        _one.Realise(_client, Entries.Out(ServerIdentity));
        _other.Realise(_server, Entries.In(ClientIdentity, IpProtocol.Tcp, Port));
    }

    public void Dispose() => CleanUp.All(_one.Dispose, _other.Dispose);

    [Theory]
    [InlineData(ServerIPv4, OneIPv4, OtherIPv4)]
    [InlineData(ServerIPv4, OneIPv6, OtherIPv6)]
    [InlineData(ServerIPv6, OneIPv4, OtherIPv4)]
    [InlineData(ServerIPv6, OneIPv6, OtherIPv6)]
    public async Task A_connection_carries_much_both_ways_and_outlives_both_agents(string server, string one, string other)
    {
        Carry(one, other);
        var address = IPAddress.Parse(server);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var listener = Listen(address, Port);
        using var client = _client.Socket(address.AddressFamily, SocketType.Stream);
        await client.ConnectAsync(new IPEndPoint(address, Port), patience.Token);
        using var accepted = await listener.AcceptAsync(patience.Token);

        await TransferAsync(client, accepted, patience.Token);
        _one.Restart();
        _other.Restart();

        await TransferAsync(accepted, client, patience.Token);
    }

    [Fact]
    public async Task What_the_receivers_policy_does_not_allow_does_not_open()
    {
        Carry(OneIPv4, OtherIPv4);
        var address = IPAddress.Parse(ServerIPv4);
        using var listener = Listen(address, Port + 1);
        using var client = _client.Socket(address.AddressFamily, SocketType.Stream);
        using var stopped = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var connecting = client.ConnectAsync(new IPEndPoint(address, Port + 1), stopped.Token).AsTask();

        await Eventually.TrueAsync(
            () => TestNode.Done(_other.Datapath.View.ListMetricsAsync(default)).Any(metric => metric is { Reason: DropReason.PolicyDenied, Direction: TrafficDirection.Ingress }),
            "the receiver's node to deny it");

        Assert.False(connecting.IsCompleted);
        await stopped.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
    }

    private static void Configure(TestNode node, string ipv4, string ipv6, string far4, string far6)
    {
        Shell.Ip($"-n {node.Name} link set up0 up");
        Shell.Ip($"-n {node.Name} addr add {ipv4}/24 dev up0");
        Shell.Ip($"-n {node.Name} -6 addr add {ipv6}/64 dev up0 nodad");
        node.AddHostDevice();
        node.AddOverlay(Mtu);
        node.Apply(node.Datapath.Devices, new DeviceRow("up0", DeviceRole.Native, 1500));
        // What is too long comes back from the stack by the route to the other node's endpoints; what the stack tells an endpoint, by the pod route.
        foreach (var (family, route) in new[] { ("", far4), ("-6 ", far6) })
            Shell.Ip($"-n {node.Name} {family}route add {route} dev cilium_host mtu {Mtu}");
        var (near4, near6) = far4 == "10.91.0.0/16" ? ("10.90.0.0/16", "fd90::/64") : ("10.91.0.0/16", "fd91::/64");
        Shell.Ip($"-n {node.Name} route add {near4} dev cilium_host");
        Shell.Ip($"-n {node.Name} -6 route add {near6} dev cilium_host");
        node.In(() =>
        {
            Programs.Sysctl.WriteIfPresent("ipv4/conf/all/rp_filter", 0);
            Programs.Sysctl.WriteIfPresent("ipv4/ip_forward", 1);
            Programs.Sysctl.WriteIfPresent("ipv6/conf/all/forwarding", 1);
        });
    }

    private static async Task TransferAsync(Socket from, Socket to, CancellationToken cancellationToken)
    {
        var sent = new byte[Bytes];
        Random.Shared.NextBytes(sent);
        var sending = from.SendAsync(sent, cancellationToken);
        var received = new byte[Bytes];
        for (var count = 0; count < Bytes;)
        {
            var more = await to.ReceiveAsync(received.AsMemory(count), cancellationToken);
            Assert.NotEqual(0, more);
            count += more;
        }

        await sending;
        Assert.True(sent.AsSpan().SequenceEqual(received), "other octets have arrived than were sent");
    }

    private void Carry(string one, string other)
    {
        foreach (var address in new[] { ServerIPv4, ServerIPv6 })
            _one.IpCache(address, ServerIdentity, other);
        foreach (var address in new[] { ClientIPv4, ClientIPv6 })
            _other.IpCache(address, ClientIdentity, one);
    }

    private Socket Listen(IPAddress address, int port)
    {
        var listener = _server.Socket(address.AddressFamily, SocketType.Stream);
        listener.Bind(new IPEndPoint(address, port));
        listener.Listen();
        return listener;
    }
}
