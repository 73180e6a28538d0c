using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Suite;

/// <summary>What an endpoint sends to another of the same node.</summary>
public sealed class VerdictTests : TwoEndpoints
{
    [Theory]
    [InlineData(ServerIPv4)]
    [InlineData(ServerIPv6)]
    public void An_allowed_port_is_delivered_with_the_receivers_addresses_and_one_hop_less(string server)
    {
        var verdict = Node.From(Client, Frames.TcpFrom(Client, server, 40000, 80));

        Assert.Equal((VerdictKind.ToEndpoint, Server.Id), (verdict.Kind, verdict.Endpoint));
        var frame = verdict.Frame.Span;
        Assert.Equal(Server.Row.Mac, MacAddress.FromBytes(frame[..6]));
        Assert.Equal(Server.Row.HostMac, MacAddress.FromBytes(frame[6..12]));
        Assert.Equal(63, server.Contains(':', StringComparison.Ordinal) ? frame[21] : frame[22]);
    }

    [Fact]
    public void The_header_checksum_stays_right_when_the_hop_is_taken()
    {
        var frame = Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80)).Frame.Span;

        Assert.Equal(0, Frames.Checksum(frame.Slice(14, 20)));
    }

    [Theory]
    [InlineData(ServerIPv4)]
    [InlineData(ServerIPv6)]
    public void Another_port_is_dropped_by_policy_and_the_frame_is_untouched(string server)
    {
        var sent = Frames.TcpFrom(Client, server, 40000, 81);

        var verdict = Node.From(Client, sent);

        Assert.Equal((VerdictKind.Drop, DropReason.PolicyDenied), (verdict.Kind, verdict.Reason));
        Assert.Equal(sent, verdict.Frame.ToArray());
    }

    [Fact]
    public void The_reply_passes_although_no_entry_names_its_port()
    {
        Node.Policy(1002, Entries.In(1001, IpProtocol.Tcp, 80));
        Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80));

        var reply = Node.From(Server, Frames.TcpFrom(Server, ClientIPv4, 80, 40000, Frames.Syn | Frames.Ack));

        Assert.Equal((VerdictKind.ToEndpoint, Client.Id), (reply.Kind, reply.Endpoint));
    }

    [Fact]
    public void A_packet_back_without_a_connection_is_judged_by_policy()
    {
        Node.Policy(1002, Entries.In(1001, IpProtocol.Tcp, 80));

        var verdict = Node.From(Server, Frames.TcpFrom(Server, ClientIPv4, 80, 40000, Frames.Ack));

        Assert.Equal(DropReason.PolicyDenied, verdict.Reason);
    }

    [Fact]
    public void The_connection_knows_both_ends_and_both_rules()
    {
        Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80));

        var connection = Assert.Single(Node.Connections());

        Assert.Equal((ClientIPv4, 40000, ServerIPv4, 80), (connection.Source.ToString(), connection.SourcePort, connection.Destination.ToString(), connection.DestinationPort));
        Assert.Equal((1001u, 1002u), (connection.SourceIdentity.Value, connection.DestinationIdentity.Value));
        Assert.Equal((RuleCookie.NotEnforced, new RuleCookie(Entries.Cookie)), (connection.EgressRule, connection.IngressRule));
        Assert.Equal("syn", connection.State);
        Assert.InRange(connection.ExpiresInSeconds, 58, 61);
    }
}
