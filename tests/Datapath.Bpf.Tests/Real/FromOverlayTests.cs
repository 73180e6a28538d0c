using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Datapath.Bpf.Programs;

namespace Cilium.Framework.Datapath.Bpf.Tests.Real;

/// <summary>Whom the node believes of what arrives through the overlay.</summary>
public sealed class FromOverlayTests : OverlayNode
{
    [Theory]
    [InlineData(RemoteIPv4, PodIPv4, OuterIPv4)]
    [InlineData(RemoteIPv4, PodIPv4, OuterIPv6)]
    [InlineData(RemoteIPv6, PodIPv6, OuterIPv4)]
    [InlineData(RemoteIPv6, PodIPv6, OuterIPv6)]
    public void The_node_that_carries_the_source_is_believed_and_gets_the_answer(string remote, string pod, string outer)
    {
        Node.IpCache(remote, Remote, outer);

        Peer.Send(outer, Remote, Datagram(remote, pod));
        Arrives(pod, answer: true);

        var (vni, packet) = Peer.Receive(outer);
        Assert.Equal(Own, vni);
        Assert.Equal($"{pod} > {remote}", Ends(packet));
    }

    [Theory]
    [InlineData(OuterIPv4, OtherIPv4)]
    [InlineData(OuterIPv4, OuterIPv6)]
    [InlineData(OuterIPv6, OtherIPv6)]
    [InlineData(OuterIPv6, OuterIPv4)]
    public async Task Another_node_is_not_believed(string carrier, string sender)
    {
        Node.IpCache(RemoteIPv4, Remote, carrier);

        await DropsAsync(DropReason.InvalidSourceIp, () => Peer.Send(sender, Remote, Datagram(RemoteIPv4, PodIPv4)));
    }

    [Theory]
    [InlineData("10.92.1.1")]
    [InlineData(PodIPv4)]
    [InlineData(TestNode.Gateway4)]
    public async Task An_address_that_no_other_node_carries_is_not_believed(string source)
    {
        Node.IpCache(RemoteIPv4, Remote, OuterIPv4);

        await DropsAsync(DropReason.InvalidSourceIp, () => Peer.Send(OuterIPv4, Remote, Datagram(source, PodIPv4)));
    }

    [Theory]
    [InlineData(Another)]
    [InlineData(Host)]
    [InlineData(RemoteNode)]
    [InlineData(0u)]
    public async Task A_known_address_has_the_identity_that_is_known(uint vni)
    {
        Node.IpCache(RemoteIPv4, Remote, OuterIPv4);
        Node.Policy(Own, Entries.AllIn, Entries.AllOut);

        await DropsAsync(DropReason.InvalidIdentity, () => Peer.Send(OuterIPv4, vni, Datagram(RemoteIPv4, PodIPv4)));
    }

    [Fact]
    public async Task An_address_of_which_only_the_range_is_known_has_the_identity_that_its_node_says()
    {
        Node.IpCache(Range, Cluster, OuterIPv4);

        Peer.Send(OuterIPv4, Remote, Datagram(RemoteIPv4, PodIPv4));
        Arrives(PodIPv4);
        await DropsAsync(DropReason.PolicyDenied, () => Peer.Send(OuterIPv4, Another, Datagram("10.91.1.2", PodIPv4)));
        await DropsAsync(DropReason.InvalidSourceIp, () => Peer.Send(OtherIPv4, Remote, Datagram("10.91.1.3", PodIPv4)));
    }

    [Theory]
    [InlineData(Host)]
    [InlineData(Cluster)]
    [InlineData(RemoteNode)]
    [InlineData(0u)]
    public async Task But_never_a_reserved_one(uint vni)
    {
        Node.IpCache(Range, Cluster, OuterIPv4);
        Node.Policy(Own, Entries.AllIn, Entries.AllOut);

        await DropsAsync(DropReason.InvalidIdentity, () => Peer.Send(OuterIPv4, vni, Datagram(RemoteIPv4, PodIPv4)));
    }

    [Fact]
    public void The_address_of_a_node_is_that_nodes()
    {
        Node.IpCache("10.91.0.1", RemoteNode, OuterIPv4);
        Node.Policy(Own, Entries.In(RemoteNode));

        Peer.Send(OuterIPv4, RemoteNode, Datagram("10.91.0.1", PodIPv4));

        Arrives(PodIPv4);
    }

    [Fact]
    public void The_answer_to_an_endpoint_that_is_not_known_yet_passes_after_a_change()
    {
        Node.IpCache(Range, Cluster, OuterIPv4);
        Peer.Send(OuterIPv4, Remote, Datagram(RemoteIPv4, PodIPv4));

        Node.IpCache("10.99.0.0/16", 5000);
        Arrives(PodIPv4, answer: true);

        Assert.Equal($"{PodIPv4} > {RemoteIPv4}", Ends(Peer.Receive(OuterIPv4).Packet));
    }

    [Fact]
    public void What_is_for_the_node_itself_reaches_its_sockets()
    {
        Node.IpCache(RemoteIPv4, Remote, OuterIPv4);
        using var socket = Node.In(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10_000 });
        socket.Bind(new IPEndPoint(IPAddress.Parse(TestNode.Gateway4), Port));

        Peer.Send(OuterIPv4, Remote, Datagram(RemoteIPv4, TestNode.Gateway4));

        Assert.Equal(8, socket.Receive(new byte[100]));
    }

    [Theory]
    [InlineData("10.90.9.9", DropReason.NotLocal)]
    [InlineData("198.51.100.1", DropReason.NotLocal)]
    public async Task What_is_for_nobody_here_goes_no_further(string destination, DropReason reason)
    {
        Node.IpCache(RemoteIPv4, Remote, OuterIPv4);

        await DropsAsync(reason, () => Peer.Send(OuterIPv4, Remote, Datagram(RemoteIPv4, destination)));
    }

    [Fact]
    public async Task Only_IP_is_taken() =>
        await DropsAsync(DropReason.UnsupportedL3, () => Peer.SendFrame(OuterIPv4, Remote, Frames.Ethernet(Pod.Row.Mac, Pod.Row.HostMac, 0x0806, new byte[28])));

    [Fact]
    public void A_packet_that_nobody_wrapped_is_dropped()
    {
        Node.IpCache(RemoteIPv4, Remote, OuterIPv4);

        var run = Node.Run(ProgramSet.FromOverlay, Frames.To(Pod, Datagram(RemoteIPv4, PodIPv4)), ifIndex: 0, ingressIfIndex: 0);

        Assert.Equal((uint)VerdictKind.Drop + 1, run.Context.ControlBlock0 & 0xff);
        Assert.Equal(DropReason.NoTunnelKey, (DropReason)(byte)(run.Context.ControlBlock0 >> 8));
    }

    [Fact]
    public void A_datagram_in_fragments_arrives_whole()
    {
        const ushort more = 0x2000;
        Node.IpCache(RemoteIPv4, Remote, OuterIPv4);
        var whole = Datagram(RemoteIPv4, PodIPv4)[20..];

        Peer.Send(OuterIPv4, Remote, Frames.Ip(RemoteIPv4, PodIPv4, Frames.UdpProtocol, whole[..8], fragment: more));
        Peer.Send(OuterIPv4, Remote, Frames.Ip(RemoteIPv4, PodIPv4, Frames.UdpProtocol, whole[8..], fragment: 1));

        Arrives(PodIPv4);
    }

    private static string Ends(byte[] packet) => packet[0] >> 4 == 6
        ? $"{new IPAddress(packet[8..24])} > {new IPAddress(packet[24..40])}"
        : $"{new IPAddress(packet[12..16])} > {new IPAddress(packet[16..20])}";
}
