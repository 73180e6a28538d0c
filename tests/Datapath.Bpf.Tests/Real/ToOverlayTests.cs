using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Tests.Real;

/// <summary>What leaves the node through the overlay: to whom, as whom, and how long.</summary>
public sealed class ToOverlayTests : OverlayNode
{
    [Theory]
    [InlineData(PodIPv4, RemoteIPv4, OuterIPv4)]
    [InlineData(PodIPv6, RemoteIPv6, OuterIPv6)]
    public async Task A_datagram_that_is_too_long_arrives_in_fragments_with_the_identity_of_its_sender(string pod, string remote, string outer)
    {
        Node.IpCache(remote, Remote, outer);

        // As long as the endpoint's own device allows. The stack cuts IPv4; an IPv6 sender has to learn the length first, and does it itself.
        var fragments = new List<(uint Vni, byte[] Packet)>();
        await Eventually.TrueAsync(
            () =>
            {
                SocketOf(pod).SendTo(new byte[Mtu], new IPEndPoint(IPAddress.Parse(remote), RemotePort));
                while (Peer.IsReached(outer))
                    fragments.Add(Peer.Receive(outer));
                return fragments.Count(fragment => fragment.Packet.Length > Mtu / 2) >= 2;
            },
            "fragments to arrive that are as long as they may be");

        Assert.All(fragments, fragment => Assert.Equal(Own, fragment.Vni));
        Assert.All(fragments, fragment => Assert.InRange(fragment.Packet.Length, 1, Mtu));
    }

    [Fact]
    public async Task Who_forbids_fragments_is_told_what_fits()
    {
        Node.IpCache(RemoteIPv4, Remote, OuterIPv4);
        using var socket = Pod.Socket(AddressFamily.InterNetwork, SocketType.Dgram);
        socket.DontFragment = true;
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(RemoteIPv4), RemotePort), TestContext.Current.CancellationToken);
        await socket.SendAsync(new byte[Mtu], TestContext.Current.CancellationToken);

        await Eventually.TrueAsync(() => !Sends(socket, Mtu), "the sender to learn that its packets are too long");

        // A socket may be told more than once.
        await Eventually.TrueAsync(() => Sends(socket, Mtu - 28), "what fits to be sent");
        Assert.Equal(Mtu, Peer.Receive(OuterIPv4).Packet.Length);
    }

    private static bool Sends(Socket socket, int bytes)
    {
        try
        {
            return socket.Send(new byte[bytes]) == bytes;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.MessageSize)
        {
            return false;
        }
    }

    [Theory]
    [InlineData(RemoteIPv4, OuterIPv4)]
    [InlineData(RemoteIPv6, OuterIPv4)]
    [InlineData(RemoteIPv4, OuterIPv6)]
    public void The_node_speaks_as_a_node(string remote, string outer)
    {
        Node.IpCache(remote, Remote, outer);
        var address = IPAddress.Parse(remote);
        using var socket = Node.In(() => new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp));

        socket.SendTo(new byte[8], new IPEndPoint(address, RemotePort));

        Assert.Equal(RemoteNode, Peer.Receive(outer).Vni);
    }

    [Fact]
    public async Task What_the_node_only_forwards_is_nobodys_and_goes_nowhere()
    {
        Node.IpCache(RemoteIPv4, Remote, OuterIPv4);
        Shell.Ip($"-n {Peer.Namespace.Name} route add {Range} via {OverlayPeer.NodeIPv4}");
        using var socket = Peer.Namespace.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));

        await DropsAsync(DropReason.InvalidIdentity, () => socket.SendTo(new byte[8], new IPEndPoint(IPAddress.Parse(RemoteIPv4), RemotePort)));
    }

    [Fact]
    public void An_address_of_a_node_may_carry_the_outer_packets_and_be_behind_the_overlay()
    {
        Node.IpCache(OuterIPv4, RemoteNode, OuterIPv4);
        Node.IpCache(RemoteIPv4, Remote, OuterIPv4);

        Peer.Send(OuterIPv4, Remote, Datagram(RemoteIPv4, PodIPv4));

        Arrives(PodIPv4);
    }

    [Fact]
    public void A_connection_and_the_numbers_of_nodes_outlive_the_agent()
    {
        Node.IpCache("10.91.7.7", Remote, OtherIPv4);
        Node.IpCache(RemoteIPv4, Remote, OuterIPv4);
        Peer.Send(OuterIPv4, Remote, Datagram(RemoteIPv4, PodIPv4));
        Arrives(PodIPv4, answer: true);
        Peer.Receive(OuterIPv4);
        var verdict = Assert.Single(Node.Connections()).Verdict;

        Node.Restart();
        Node.Apply(Node.Datapath.Devices, new DeviceRow("cilium_vxlan", DeviceRole.Overlay, Mtu));
        Node.IpCache(RemoteIPv4, Remote, OuterIPv4);
        Assert.Equal(0, Node.Datapath.MapWriteCount);
        Peer.Send(OuterIPv4, Remote, Datagram(RemoteIPv4, PodIPv4));
        Arrives(PodIPv4, answer: true);

        Assert.Equal(Own, Peer.Receive(OuterIPv4).Vni);
        Assert.Equal(verdict, Assert.Single(Node.Connections()).Verdict);
    }
}
