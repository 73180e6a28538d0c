using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Suite;

/// <summary>What leaves for endpoints of other nodes, and what may not come from there past the overlay.</summary>
public sealed class OverlayTests : TwoEndpoints
{
    private const uint RemoteIdentity = 1003, RemoteNode = 6, NodeLocal = 0x0100_0001;
    private const string RemoteIPv4 = "10.91.1.1", RemoteIPv6 = "fd91::b:1", NodeIPv4 = "192.0.2.20", NodeIPv6 = "2001:db8::20";

    [Theory]
    [InlineData(RemoteIPv4, NodeIPv4)]
    [InlineData(RemoteIPv4, NodeIPv6)]
    [InlineData(RemoteIPv6, NodeIPv4)]
    [InlineData(RemoteIPv6, NodeIPv6)]
    public void A_packet_to_an_address_that_another_node_carries_is_wrapped(string remote, string node)
    {
        Node.AddOverlay();
        Node.IpCache(remote, RemoteIdentity, node);

        Wrapped(Node.From(Client, Frames.TcpFrom(Client, remote, 40000, 80)));
        Wrapped(Node.From(Client, Frames.TcpFrom(Client, remote, 40000, 80, Frames.Ack)));
    }

    [Fact]
    public void The_longest_prefix_says_which_node_carries_an_address()
    {
        Node.AddOverlay();
        Node.IpCache("10.91.0.0/16", RemoteIdentity, NodeIPv4);
        Node.IpCache("10.91.1.0/24", RemoteIdentity);

        Wrapped(Node.From(Client, Frames.UdpFrom(Client, "10.91.2.1", 1, 2)));
        Assert.Equal(VerdictKind.ToStack, Node.From(Client, Frames.UdpFrom(Client, "10.91.1.1", 1, 2)).Kind);
    }

    [Fact]
    public void Without_an_overlay_it_is_dropped_and_not_sent_as_it_is()
    {
        Node.IpCache(RemoteIPv4, RemoteIdentity, NodeIPv4);

        Dropped(DropReason.NoTunnelEndpoint, Node.From(Client, Frames.UdpFrom(Client, RemoteIPv4, 1, 2)));
    }

    [Fact]
    public void The_senders_policy_is_asked_first()
    {
        Node.AddOverlay();
        Node.IpCache(RemoteIPv4, RemoteIdentity, NodeIPv4);

        Dropped(DropReason.PolicyDenied, Node.From(Server, Frames.UdpFrom(Server, RemoteIPv4, 1, 2)));
        Node.Policy(1002, [.. ServerPolicy, Entries.Out(RemoteIdentity, IpProtocol.Udp, 2)]);

        Wrapped(Node.From(Server, Frames.UdpFrom(Server, RemoteIPv4, 1, 2)));
    }

    [Fact]
    public void An_identity_that_means_something_here_only_does_not_travel()
    {
        Node.AddOverlay();
        Node.IpCache(RemoteIPv4, RemoteIdentity, NodeIPv4);
        var local = Node.AddEndpoint(3, NodeLocal, "10.90.1.3", null, Entries.AllOut);

        Dropped(DropReason.InvalidIdentity, Node.From(local, Frames.UdpFrom(local, RemoteIPv4, 1, 2)));
    }

    [Fact]
    public void An_open_connection_takes_the_way_that_its_address_has_now()
    {
        Node.AddOverlay();
        Node.IpCache(RemoteIPv4, RemoteIdentity);
        Assert.Equal(VerdictKind.ToStack, Node.From(Client, Frames.TcpFrom(Client, RemoteIPv4, 40000, 80)).Kind);

        Node.IpCache(RemoteIPv4, RemoteIdentity, NodeIPv4);
        Wrapped(Node.From(Client, Frames.TcpFrom(Client, RemoteIPv4, 40000, 80, Frames.Ack)));
        Node.IpCache(RemoteIPv4, RemoteIdentity);

        Assert.Equal(VerdictKind.ToStack, Node.From(Client, Frames.TcpFrom(Client, RemoteIPv4, 40000, 80, Frames.Ack)).Kind);
    }

    [Theory]
    [InlineData(1372, VerdictKind.ToOverlay)]
    [InlineData(1373, VerdictKind.ToStack)]
    public void What_is_longer_than_the_overlay_bears_goes_by_way_of_the_stack(int payload, VerdictKind expected)
    {
        Node.AddOverlay(mtu: 1400);
        Node.IpCache(RemoteIPv4, RemoteIdentity, NodeIPv4);

        var verdict = Node.From(Client, Frames.From(Client, Frames.Ip(ClientIPv4, RemoteIPv4, Frames.UdpProtocol, Frames.Udp(1, 2, payload))));

        Assert.Equal(expected, verdict.Kind);
    }

    [Fact]
    public void An_error_about_a_packet_of_another_node_goes_back_there()
    {
        Node.AddOverlay();
        Node.IpCache(RemoteIPv4, RemoteIdentity, NodeIPv4);
        Wrapped(Node.From(Client, Frames.UdpFrom(Client, RemoteIPv4, 7, 53)));
        var quoted = Frames.Ip(RemoteIPv4, ClientIPv4, Frames.UdpProtocol, Frames.Udp(53, 7));

        Wrapped(FromClient(Frames.Ip(ClientIPv4, RemoteIPv4, Frames.Icmp, Frames.IcmpMessage(3, 3, 0, quoted))));
    }

    [Fact]
    public void The_node_sends_to_endpoints_of_other_nodes_and_nowhere_else()
    {
        Node.AddOverlay();
        Node.IpCache(RemoteIPv4, RemoteIdentity, NodeIPv4);

        Wrapped(Node.Send(AttachPoint.FromHost, 0, ByNode("10.90.0.1", RemoteIPv4)));
        Dropped(DropReason.InvalidIdentity, Node.Send(AttachPoint.FromHost, 0, ByNode("10.90.0.1", RemoteIPv4), NodeLocal));
        Dropped(DropReason.NotLocal, Node.Send(AttachPoint.FromHost, 0, ByNode("10.90.0.1", "10.92.1.1")));
    }

    [Fact]
    public void An_address_behind_the_overlay_is_not_believed_on_a_native_device()
    {
        Node.IpCache(RemoteIPv4, RemoteIdentity, NodeIPv4);
        Node.Policy(1002, Entries.AllIn);

        Dropped(DropReason.InvalidSourceIp, Node.Send(AttachPoint.FromNetdev, 0, ByNode(RemoteIPv4, ServerIPv4)));
        Dropped(DropReason.InvalidSourceIp, Node.Send(AttachPoint.FromNetdev, 0, ByNode(RemoteIPv4, "192.0.2.1")));
        Delivered(Server, Node.Send(AttachPoint.FromNetdev, 0, ByNode("10.92.1.1", ServerIPv4)));
    }

    [Fact]
    public void Another_node_speaks_to_the_node_itself_without_the_overlay_and_to_its_endpoints_not()
    {
        Node.IpCache(NodeIPv4, RemoteNode, NodeIPv4);
        Node.Policy(1002, Entries.AllIn);

        Assert.Equal(VerdictKind.ToStack, Node.Send(AttachPoint.FromNetdev, 0, ByNode(NodeIPv4, "192.0.2.1")).Kind);
        Dropped(DropReason.InvalidSourceIp, Node.Send(AttachPoint.FromNetdev, 0, ByNode(NodeIPv4, ServerIPv4)));
    }

    [Fact]
    public async Task Listings_and_reports_say_where_it_went()
    {
        Node.AddOverlay();
        Node.IpCache(RemoteIPv4, RemoteIdentity, NodeIPv4);
        Node.IpCache(RemoteIPv6, RemoteIdentity, NodeIPv6);
        Node.From(Client, Frames.UdpFrom(Client, RemoteIPv4, 7, 53));

        var trace = Assert.IsType<TraceEvent>(Assert.Single(await ReadAsync(1)));
        Assert.Equal((TracePoint.ToOverlay, RemoteIdentity), (trace.Point, trace.DestinationIdentity.Value));
        var connection = Assert.Single(Node.Connections());
        Assert.Equal((RuleCookie.NotEnforced, RuleCookie.None), (connection.EgressRule, connection.IngressRule));
        var rows = TestNode.Done(Node.Datapath.View.ListIpCacheAsync(default));
        Assert.Equal(NodeIPv4, Assert.Single(rows, row => row.Prefix == IpPrefix.Parse(RemoteIPv4)).TunnelEndpoint?.ToString());
        Assert.Equal(NodeIPv6, Assert.Single(rows, row => row.Prefix == IpPrefix.Parse(RemoteIPv6)).TunnelEndpoint?.ToString());
        Assert.Null(Assert.Single(rows, row => row.Prefix == IpPrefix.Parse(ClientIPv4)).TunnelEndpoint);
    }

    private static void Wrapped(PacketVerdict verdict) => Assert.Equal((VerdictKind.ToOverlay, DropReason.None, (ushort)0), (verdict.Kind, verdict.Reason, verdict.Endpoint));

    private byte[] ByNode(string source, string destination) => Frames.To(Client, Frames.Ip(source, destination, Frames.UdpProtocol, Frames.Udp(7, 53)));
}
