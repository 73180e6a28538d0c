using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Traffic;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.EndToEnd.Tests.Topology;

/// <summary>What joins the machines of a lab bears what it says, and leads nowhere else. A pod is an address on a node's loopback device: no agent is needed.</summary>
[Trait("Needs", "Root")]
public sealed class LabTopologyTests : IDisposable
{
    private const int Port = 7000;

    /// <summary>What the headers of IPv4 and UDP leave of 9000 bytes.</summary>
    private const int JumboPayload = 9000 - 20 - 8;

    private static readonly TimeSpan Answer = Patience.Of(TimeSpan.FromSeconds(5));

    /// <summary>What has no answer is not waited for as long: where there is one it takes a millisecond.</summary>
    private static readonly TimeSpan Attempt = Patience.Of(TimeSpan.FromMilliseconds(500));

    private static int _count;
    private readonly string _name;
    private readonly Stack<IDisposable> _made = new();

    public LabTopologyTests()
    {
        Require.Root();
        _name = $"t{Environment.ProcessId}-{Interlocked.Increment(ref _count)}";
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => CleanUp.All(_made.Select(made => (Action)made.Dispose));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pods_of_two_nodes_reach_each_other_through_the_machine_outside(bool routed)
    {
        var fabric = Made(routed, new LabCabling());
        var (one, two) = (Node(fabric, 1), Node(fabric, 2));
        await ReachesAsync(one.Node, Pod(two.Place).IPv4, Pod(two.Place).IPv6);
        await ReachesAsync(fabric.World, Pod(one.Place).IPv4, Pod(one.Place).IPv6);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_routes_for_pods_only_the_nodes_reach_each_other(bool routed)
    {
        var fabric = Made(routed, new LabCabling { RoutesPods = false });
        var (one, two) = (Node(fabric, 1), Node(fabric, 2));
        await ReachesAsync(one.Node, two.Place.IPv4, two.Place.IPv6);
        await MissesAsync(one.Node, Pod(two.Place).IPv4, Pod(two.Place).IPv6);
        using var world = RouteNetlink.Open(fabric.World);
        Assert.Equal((null, null), (world.FindRoute(Pod(two.Place).IPv4), world.FindRoute(Pod(two.Place).IPv6)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_underlay_may_be_ipv6_alone(bool routed)
    {
        var fabric = Made(routed, new LabCabling { HasIPv4 = false });
        var (one, two) = (Node(fabric, 1), Node(fabric, 2));
        await ReachesAsync(one.Node, two.Place.IPv6, Pod(two.Place).IPv6);
        await MissesAsync(one.Node, two.Place.IPv4, Pod(two.Place).IPv4);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Jumbo_frames_pass_unbroken_from_node_to_node(bool routed)
    {
        var fabric = Made(routed, new LabCabling { Mtu = 9000 });
        var (one, two) = (Node(fabric, 1), Node(fabric, 2));
        Assert.Equal((9000, 9000), (Mtu(one.Node), Mtu(two.Node)));
        Assert.Equal(JumboPayload, await SendAsync(one.Node, two.Node, two.Place.IPv4, JumboPayload));
    }

    [Fact]
    public void Cables_bear_1500_bytes_where_nothing_else_is_said()
    {
        var fabric = Made(routed: false, new LabCabling());
        Assert.Equal((1500, 1500), (Mtu(Node(fabric, 1).Node), Mtu(fabric.World)));
    }

    [Fact]
    public void A_lone_nodes_cable_bears_what_is_said()
    {
        var network = Keep(LabNetwork.Create(_name, LabPlace.Of(0), new LabCabling { Mtu = 9000, RoutesPods = false }));
        Assert.Equal((9000, 9000), (Mtu(network.Node), Mtu(network.World)));
        using var world = RouteNetlink.Open(network.World);
        Assert.Null(world.FindRoute(Pod(network.Place).IPv4));
    }

    [Fact]
    public void A_neighbour_on_the_segment_is_reached_directly_and_one_behind_the_router_is_not()
    {
        var (near, far) = (LabPlace.Of(2), LabPlace.InOwnSubnet(2));
        using (var segment = RouteNetlink.Open(Node(Made(routed: false, new LabCabling()), 1).Node))
            Assert.Equal((null, null), (segment.FindRoute(near.IPv4)!.Gateway, segment.FindRoute(near.IPv6)!.Gateway));
        using var routed = RouteNetlink.Open(Node(Made(routed: true, new LabCabling()), 1, "routed").Node);
        Assert.Equal((IPAddress.Parse("198.18.1.1"), IPAddress.Parse("2001:db8:101::1")), (routed.FindRoute(far.IPv4)!.Gateway, routed.FindRoute(far.IPv6)!.Gateway));
    }

    [Fact]
    public async Task Who_gets_the_subnet_of_a_removed_machine_is_reached_in_its_place()
    {
        var fabric = Made(routed: true, new LabCabling());
        var (one, two) = (Node(fabric, 1), Node(fabric, 2));
        two.Dispose();
        var heir = Node(fabric, 2, "heir");
        await ReachesAsync(one.Node, Pod(heir.Place).IPv4, Pod(heir.Place).IPv6);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_machine_outside_the_cluster_and_the_servers_reach_each_other(bool routed)
    {
        await using var cluster = routed ? LabCluster.CreateRouted(_name, new LabCabling()) : LabCluster.Create(_name, new LabCabling());
        var (client, server) = (cluster.AddMachine("client"), cluster.AddMachine("server"));
        await using var echo = new EchoServer(server.Namespace, Port);
        Assert.True(await Probe.TcpAsync(client.Namespace, server.IPv4, Port, Answer, Cancelled));
        Assert.True(await Probe.TcpAsync(client.Namespace, server.IPv6, Port, Answer, Cancelled));
        await ReachesAsync(client.Namespace, LabCluster.StoreIPv4, LabCluster.StoreIPv6, LabNetwork.WorldIPv4, LabNetwork.WorldIPv6);
    }

    [Fact]
    public async Task A_machine_may_be_the_router_of_others_who_are_reached_by_those_who_know_the_way()
    {
        await using var cluster = LabCluster.Create(_name, new LabCabling());
        var (router, neighbour) = (cluster.AddMachine("router"), cluster.AddMachine("neighbour"));
        var behind = LabRouter.On(router.Namespace, new LabCabling());
        var (client, server) = (cluster.AddMachine("client", behind, IPAddress.Parse("10.30.0.10"), IPAddress.Parse("fd00:30::10")), cluster.AddMachine("server", behind, IPAddress.Parse("10.31.0.10"), IPAddress.Parse("fd00:31::10")));
        await ReachesAsync(client.Namespace, server.IPv4, server.IPv6);
        await MissesAsync(neighbour.Namespace, client.IPv4, client.IPv6);
        using var netlink = RouteNetlink.Open(neighbour.Namespace);
        netlink.ReplaceRoute(new Route { Destination = client.IPv4, PrefixLength = 32, Gateway = router.IPv4 });
        netlink.ReplaceRoute(new Route { Destination = client.IPv6, PrefixLength = 128, Family = client.IPv6.AddressFamily, Gateway = router.IPv6 });
        await ReachesAsync(neighbour.Namespace, client.IPv4, client.IPv6);
    }

    private ILabFabric Made(bool routed, LabCabling cabling) => Keep<ILabFabric>(routed ? LabRouter.Create(_name + "-r", cabling) : LabSegment.Create(_name, cabling));

    private LabNetwork Node(ILabFabric fabric, int number, string kind = "node")
    {
        var node = Keep(LabNetwork.Join($"{_name}-{kind}{number}", fabric.Place(number), fabric));
        using var netlink = RouteNetlink.Open(node.Node);
        var loopback = netlink.FindLink("lo")!.Index;
        netlink.AddAddress(loopback, Pod(node.Place).IPv4, 32);
        netlink.AddAddress(loopback, Pod(node.Place).IPv6, 128);
        return node;
    }

    private T Keep<T>(T made)
        where T : IDisposable
    {
        _made.Push(made);
        return made;
    }

    private static (IPAddress IPv4, IPAddress IPv6) Pod(LabPlace place) => (Fifth(place.PodIPv4.BaseAddress), Fifth(place.PodIPv6.BaseAddress));

    private static IPAddress Fifth(IPAddress network)
    {
        var bytes = network.GetAddressBytes();
        bytes[^1] = 5;
        return new IPAddress(bytes);
    }

    /// <summary>A device that was just switched on does not resolve IPv6 neighbours for its first second or two.</summary>
    private static async Task ReachesAsync(NetworkNamespace from, params IPAddress[] all)
    {
        foreach (var to in all)
            await Eventually.TrueAsync(() => Probe.PingAsync(from, to, Attempt, Cancelled), $"{from.Name} gets an answer from {to}");
    }

    private static async Task MissesAsync(NetworkNamespace from, params IPAddress[] all)
    {
        foreach (var to in all)
            Assert.False(await Probe.PingAsync(from, to, Attempt, Cancelled), $"{from.Name} got an answer from {to}");
    }

    private static int Mtu(NetworkNamespace machine)
    {
        using var netlink = RouteNetlink.Open(machine);
        return netlink.FindLink(LabNetwork.NodeDevice)!.Mtu;
    }

    private static async Task<int> SendAsync(NetworkNamespace from, NetworkNamespace to, IPAddress address, int bytes)
    {
        using var receiver = to.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        using var sender = from.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        receiver.Bind(new IPEndPoint(address, Port));
        sender.DontFragment = true;
        await sender.SendToAsync(new byte[bytes], SocketFlags.None, new IPEndPoint(address, Port), Cancelled);
        return await receiver.ReceiveAsync(new byte[bytes + 1], SocketFlags.None, Cancelled).AsTask().WaitAsync(Answer, Cancelled);
    }
}
