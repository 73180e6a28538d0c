using Cilium.Framework.Datapath.Bpf.Programs;

namespace Cilium.Framework.Datapath.Bpf.Tests.Races;

/// <summary>What reaches an endpoint through the node's stack is believed only if it came from where its address lives.</summary>
public sealed class ThroughTheStackTests : TwoEndpoints
{
    private const uint Shot = 2, Ok = 0, MarkMagic = 0x0f00, MarkHost = 0x0c00;

    [Fact]
    public void A_pods_address_from_another_device_is_dropped()
    {
        var frame = Frames.UdpFrom(Client, ServerIPv4, 7, 53);

        Assert.Equal(Ok, Node.Run(ProgramSet.ToEndpoint, frame, Server.Row.IfIndex, Client.Row.IfIndex).ReturnValue);
        Assert.Equal(Shot, Node.Run(ProgramSet.ToEndpoint, Frames.UdpFrom(Client, ServerIPv4, 8, 53), Server.Row.IfIndex, Server.Row.IfIndex).ReturnValue);
    }

    [Fact]
    public void The_nodes_own_address_from_any_device_is_dropped()
    {
        Node.Policy(1002, Entries.AllIn);
        Node.IpCache("10.90.0.1", 1);
        var frame = Frames.Ethernet(Server.Row.HostMac, Server.Row.Mac, 0x0800, Frames.Ip("10.90.0.1", ServerIPv4, Frames.UdpProtocol, Frames.Udp(7, 53)));

        Assert.Equal(Ok, Node.Run(ProgramSet.ToEndpoint, frame, Server.Row.IfIndex, ingressIfIndex: 0).ReturnValue);
        Assert.Equal(Shot, Node.Run(ProgramSet.ToEndpoint, frame, Server.Row.IfIndex, Client.Row.IfIndex).ReturnValue);
    }

    [Fact]
    public void What_the_node_only_forwards_is_not_marked_as_the_nodes()
    {
        var frame = Frames.Ethernet(Server.Row.HostMac, Server.Row.Mac, 0x0800, Frames.Ip("192.0.2.9", ServerIPv4, Frames.UdpProtocol, Frames.Udp(7, 53)));

        Assert.Equal(MarkHost, Node.Run(ProgramSet.FromHost, frame, Server.Row.IfIndex, ingressIfIndex: 0).Context.Mark & MarkMagic);
        Assert.Equal(0u, Node.Run(ProgramSet.FromHost, frame, Server.Row.IfIndex, Client.Row.IfIndex).Context.Mark & MarkMagic);
    }

    [Fact]
    public void A_denial_of_one_identity_is_not_a_denial_of_another_with_the_same_packet()
    {
        // A denial is remembered by the processor that met it: in every round but a few that is also the next one's.
        for (ushort port = 1; port <= 20; port++)
        {
            var frame = Frames.Ethernet(Server.Row.HostMac, Server.Row.Mac, 0x0800, Frames.Ip("192.0.2.9", ServerIPv4, Frames.UdpProtocol, Frames.Udp(port, 53)));
            Dropped(DropReason.PolicyDenied, Node.To(Server, frame, identity: 1003));

            Delivered(Server, Node.To(Server, frame, identity: 1001));
        }
    }
}
