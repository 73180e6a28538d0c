using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Netlink;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Tests.Real;

/// <summary>Real packets between a workload, its node, and a machine beyond the node's native device.</summary>
[Trait("Needs", "Root")]
public sealed class HostAndWorldTrafficTests : IDisposable
{
    private const uint Host = 1, World = 2;
    private const string PodIPv4 = "10.90.1.1", PodIPv6 = "fd90::a:1", OutsideIPv4 = "198.51.100.2", OutsideIPv6 = "2001:db8:1::2";

    private readonly TestNode _node = new();
    private readonly NetworkNamespace _outside;
    private readonly TestPod _pod;

    public HostAndWorldTrafficTests()
    {
        _outside = NetworkNamespace.Create(_node.Name + "w");
        using (var netlink = RouteNetlink.Open(_node.Namespace))
            netlink.CreateVeth(new VethPair { Name = "up0", PeerName = "eth0", PeerNamespace = _outside });
        _node.AddHostDevice();
        Configure();
        _node.Apply(_node.Datapath.Devices, new DeviceRow("up0", DeviceRole.Native, 1500));
        _pod = _node.AddPod(1, 1001, PodIPv4, PodIPv6);
        _node.IpCache(TestNode.Gateway4, Host);
        _node.IpCache(TestNode.Gateway6, Host);
    }

    public void Dispose() => CleanUp.All(_node.Dispose, _outside.Delete);

    [Theory]
    [InlineData(TestNode.Gateway4)]
    [InlineData(TestNode.Gateway6)]
    public async Task A_workload_talks_to_its_node_where_policy_allows_it(string gateway)
    {
        _node.Realise(_pod, Entries.Out(Host, IpProtocol.Tcp, 7070));

        Assert.True(await ConnectsAsync(_pod.Namespace, _node.Namespace, gateway, 7070));
        Assert.False(await ConnectsAsync(_pod.Namespace, _node.Namespace, gateway, 7071));
    }

    [Theory]
    [InlineData(PodIPv4)]
    [InlineData(PodIPv6)]
    public async Task The_node_talks_to_its_workload_where_policy_allows_it(string pod)
    {
        _node.Realise(_pod, Entries.In(Host, IpProtocol.Tcp, 7070));

        Assert.True(await ConnectsAsync(_node.Namespace, _pod.Namespace, pod, 7070));
        Assert.False(await ConnectsAsync(_node.Namespace, _pod.Namespace, pod, 7071));
    }

    [Theory]
    [InlineData(OutsideIPv4)]
    [InlineData(OutsideIPv6)]
    public async Task A_workload_talks_to_the_world_where_policy_allows_it(string outside)
    {
        _node.Realise(_pod, Entries.Out(World, IpProtocol.Tcp, 7070));

        Assert.True(await ConnectsAsync(_pod.Namespace, _outside, outside, 7070));
        Assert.False(await ConnectsAsync(_pod.Namespace, _outside, outside, 7071));
    }

    [Theory]
    [InlineData(PodIPv4)]
    [InlineData(PodIPv6)]
    public async Task The_world_talks_to_a_workload_where_policy_allows_it(string pod)
    {
        _node.Realise(_pod, Entries.In(World, IpProtocol.Tcp, 7070));

        Assert.True(await ConnectsAsync(_outside, _pod.Namespace, pod, 7070));
        Assert.False(await ConnectsAsync(_outside, _pod.Namespace, pod, 7071));
    }

    [Theory]
    [InlineData(OutsideIPv4)]
    [InlineData(OutsideIPv6)]
    public async Task Datagrams_in_fragments_arrive_whole(string outside)
    {
        _node.Realise(_pod, Entries.Out(World, IpProtocol.Udp, 7070));
        var address = IPAddress.Parse(outside);
        using var server = Socket(_outside, address.AddressFamily, SocketType.Dgram);
        server.Bind(new IPEndPoint(address, 7070));
        using var client = Socket(_pod.Namespace, address.AddressFamily, SocketType.Dgram);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));

        await client.SendToAsync(new byte[5000], SocketFlags.None, new IPEndPoint(address, 7070), patience.Token);
        var request = await server.ReceiveFromAsync(new byte[8000], SocketFlags.None, new IPEndPoint(address.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0), patience.Token);
        await server.SendToAsync(new byte[6000], SocketFlags.None, request.RemoteEndPoint, patience.Token);
        var answer = await client.ReceiveAsync(new byte[8000], SocketFlags.None, patience.Token);

        Assert.Equal((5000, 6000), (request.ReceivedBytes, answer));
    }

    [Fact]
    public async Task A_closed_port_is_told_by_the_icmp_error_of_the_other_side()
    {
        _node.Realise(_pod, Entries.Out(World, IpProtocol.Udp));
        _node.Realise(_pod, Entries.Out(World));
        using var client = Socket(_pod.Namespace, AddressFamily.InterNetwork, SocketType.Dgram);
        await client.ConnectAsync(new IPEndPoint(IPAddress.Parse(OutsideIPv4), 7999));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await client.SendAsync(new byte[10], patience.Token);

        var failure = await Assert.ThrowsAsync<SocketException>(async () => await client.ReceiveAsync(new byte[10], patience.Token));

        Assert.Equal(SocketError.ConnectionRefused, failure.SocketErrorCode);
    }

    [Fact]
    public void A_forged_source_does_not_leave_the_workload()
    {
        _node.Realise(_pod, Entries.AllOut, Entries.AllIn);
        Shell.Ip($"-n {_pod.Namespace.Name} addr add 10.90.1.66/32 dev eth0");

        _pod.Namespace.Run(() =>
        {
            using var forger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            forger.Bind(new IPEndPoint(IPAddress.Parse("10.90.1.66"), 0));
            forger.SendTo(new byte[10], new IPEndPoint(IPAddress.Parse(OutsideIPv4), 53));
        });

        var drop = TestNode.Done(_node.Datapath.View.ListMetricsAsync(default)).Single(metric => metric.Reason == DropReason.InvalidSourceIp);
        Assert.Equal((TrafficDirection.Egress, 1ul), (drop.Direction, drop.Packets));
    }

    private void Configure()
    {
        var (node, world) = ("-n " + _node.Name, "-n " + _outside.Name);
        Shell.Ip($"{node} link set up0 up");
        Shell.Ip($"{world} link set eth0 up");
        Shell.Ip($"{node} addr add 198.51.100.1/24 dev up0");
        Shell.Ip($"{world} addr add {OutsideIPv4}/24 dev eth0");
        Shell.Ip($"{node} -6 addr add 2001:db8:1::1/64 dev up0 nodad");
        Shell.Ip($"{world} -6 addr add {OutsideIPv6}/64 dev eth0 nodad");
        Shell.Ip($"{world} route add 10.90.0.0/16 via 198.51.100.1");
        Shell.Ip($"{world} -6 route add fd90::/64 via 2001:db8:1::1");
        // The pod route points to the node's door (Routing.Direct does this).
        Shell.Ip($"{node} route add 10.90.0.0/16 dev cilium_host src {TestNode.Gateway4}");
        Shell.Ip($"{node} -6 route add fd90::/64 dev cilium_host src {TestNode.Gateway6}");
        _node.In(() =>
        {
            Programs.Sysctl.WriteIfPresent("ipv4/conf/all/rp_filter", 0);
            Programs.Sysctl.WriteIfPresent("ipv4/ip_forward", 1);
            Programs.Sysctl.WriteIfPresent("ipv6/conf/all/forwarding", 1);
        });
    }

    private static Socket Socket(NetworkNamespace where, AddressFamily family, SocketType type) =>
        where.Run(() => new Socket(family, type, type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp));

    private static async Task<bool> ConnectsAsync(NetworkNamespace from, NetworkNamespace to, string address, int port)
    {
        // An allowed attempt may have to wait for the neighbours of the stack; a denied one never ends.
        var limit = TimeSpan.FromMilliseconds(port == 7070 ? 5000 : 700);
        var target = new IPEndPoint(IPAddress.Parse(address), port);
        using var listener = Socket(to, target.AddressFamily, SocketType.Stream);
        listener.Bind(target);
        listener.Listen();
        using var client = Socket(from, target.AddressFamily, SocketType.Stream);
        using var patience = new CancellationTokenSource(limit);
        try
        {
            await client.ConnectAsync(target, patience.Token);
            using var accepted = await listener.AcceptAsync(patience.Token);
            await client.SendAsync("x"u8.ToArray(), patience.Token);
            return await accepted.ReceiveAsync(new byte[1], patience.Token) == 1;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
