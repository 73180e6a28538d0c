using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Suite;

/// <summary>Traffic with the node itself and with what lies beyond it.</summary>
public sealed class HostAndWorldTests : TwoEndpoints
{
    private const uint Host = 1, World = 2, Partner = 0x0100_0001;

    [Fact]
    public void A_packet_to_the_world_goes_to_the_stack_as_it_came()
    {
        var sent = Frames.UdpFrom(Client, "192.0.2.7", 5000, 53);

        var verdict = Node.From(Client, sent);

        Assert.Equal(VerdictKind.ToStack, verdict.Kind);
        Assert.Equal(sent, verdict.Frame.ToArray());
    }

    [Fact]
    public void The_world_is_judged_by_prefix_and_the_longest_wins()
    {
        Node.Policy(1001, Entries.Out(Partner, IpProtocol.Udp, 53));
        Node.IpCache("192.0.2.0/24", Partner);
        Node.IpCache("192.0.2.128/25", Partner + 1);

        Assert.Equal(VerdictKind.ToStack, Node.From(Client, Frames.UdpFrom(Client, "192.0.2.7", 5000, 53)).Kind);
        Dropped(DropReason.PolicyDenied, Node.From(Client, Frames.UdpFrom(Client, "192.0.2.200", 5000, 53)));
        Dropped(DropReason.PolicyDenied, Node.From(Client, Frames.UdpFrom(Client, "198.51.100.1", 5000, 53)));
    }

    [Fact]
    public void A_prefix_never_covers_an_endpoint()
    {
        Node.Policy(1001, Entries.Out(Partner));
        Node.IpCache("10.0.0.0/8", Partner);

        Dropped(DropReason.PolicyDenied, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80)));
    }

    [Fact]
    public void The_world_reaches_an_endpoint_only_where_policy_says_so()
    {
        Node.Policy(1002, Entries.In(World, IpProtocol.Udp, 53));

        Delivered(Server, Node.Send(AttachPoint.FromNetdev, 0, Frames.UdpTo(Server, "192.0.2.7", 5000, 53)));
        Dropped(DropReason.PolicyDenied, Node.Send(AttachPoint.FromNetdev, 0, Frames.UdpTo(Server, "192.0.2.7", 5000, 54)));
    }

    [Fact]
    public void The_answer_of_the_world_passes()
    {
        Node.Policy(1001, Entries.AllOut);
        Node.From(Client, Frames.UdpFrom(Client, "192.0.2.7", 5000, 53));

        Delivered(Client, Node.Send(AttachPoint.FromNetdev, 0, Frames.UdpTo(Client, "192.0.2.7", 53, 5000)));
        Delivered(Client, Node.To(Client, Frames.UdpTo(Client, "192.0.2.7", 53, 5000)));
    }

    [Fact]
    public void What_is_not_for_an_endpoint_of_this_node_is_the_stacks() =>
        Assert.Equal(VerdictKind.ToStack, Node.Send(AttachPoint.FromNetdev, 0, Frames.Ethernet(Server.Row.Mac, Server.Row.HostMac, 0x0800, Frames.Ip("192.0.2.7", "192.0.2.8", Frames.UdpProtocol, Frames.Udp(1, 2)))).Kind);

    [Fact]
    public void The_node_is_known_by_the_mark_and_not_by_its_address()
    {
        Node.Policy(1002, Entries.In(Host));

        Delivered(Server, Node.To(Server, Frames.UdpTo(Server, "192.0.2.99", 5000, 53), Host));
        Dropped(DropReason.PolicyDenied, Node.To(Server, Frames.UdpTo(Server, "192.0.2.98", 5000, 53)));
    }

    [Fact]
    public void A_node_local_identity_survives_the_mark()
    {
        Node.Policy(1002, Entries.In(Partner));

        Delivered(Server, Node.To(Server, Frames.UdpTo(Server, "192.0.2.99", 5000, 53), Partner));
    }

    [Fact]
    public void From_the_node_a_packet_is_sent_to_the_endpoints_device_with_its_addresses()
    {
        var verdict = Node.Send(AttachPoint.FromHost, 0, Frames.Ethernet(default, default, 0x0800, Frames.Ip("192.0.2.99", ServerIPv4, Frames.UdpProtocol, Frames.Udp(5000, 53))));

        Delivered(Server, verdict);
        Assert.Equal(Server.Row.Mac, MacAddress.FromBytes(verdict.Frame.Span[..6]));
    }

    [Fact]
    public void From_the_node_to_an_address_that_nobody_has_is_dropped() =>
        Dropped(DropReason.NotLocal, Node.Send(AttachPoint.FromHost, 0, Frames.Ethernet(default, default, 0x0800, Frames.Ip("192.0.2.99", "10.90.1.77", Frames.UdpProtocol, Frames.Udp(5000, 53)))));

    [Fact]
    public void What_arrives_for_another_address_is_not_the_endpoints() =>
        Dropped(DropReason.NotLocal, Node.To(Server, Frames.To(Server, Frames.Ip("192.0.2.99", ClientIPv4, Frames.UdpProtocol, Frames.Udp(5000, 53)))));

    [Fact]
    public void A_connection_of_the_node_stays_the_nodes_when_it_is_judged_again_by_a_reply()
    {
        Node.Policy(1002, Entries.In(Host));
        Delivered(Server, Node.To(Server, Frames.TcpTo(Server, "192.0.2.99", 5000, 80), Host));
        Node.IpCache("198.51.100.0/24", Partner);

        Assert.Equal(VerdictKind.ToStack, Node.From(Server, Frames.TcpFrom(Server, "192.0.2.99", 80, 5000, Frames.Syn | Frames.Ack)).Kind);
    }
}
