using Cilium.Framework.Datapath.Bpf.Tests.Infrastructure;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Tests.Packets;

/// <summary>What an endpoint sends to another of the same node.</summary>
[Trait("Needs", "Root")]
public sealed class VerdictTests : IDisposable
{
    private readonly TestNode _node = new();
    private readonly TestPod _client;
    private readonly TestPod _server;

    public VerdictTests()
    {
        _client = _node.AddEndpoint(1, 1001, "10.90.1.1", "fd90::a:1", Entries.AllIn, Entries.AllOut);
        _server = _node.AddEndpoint(2, 1002, "10.90.1.2", "fd90::a:2", Entries.In(1001, IpProtocol.Tcp, 80), Entries.AllOut);
    }

    public void Dispose() => _node.Dispose();

    [Theory]
    [InlineData("10.90.1.2")]
    [InlineData("fd90::a:2")]
    public void An_allowed_port_is_delivered_with_the_receivers_addresses_and_one_hop_less(string server)
    {
        var verdict = _node.From(_client, Frames.TcpFrom(_client, server, 40000, 80));

        Assert.Equal((VerdictKind.ToEndpoint, _server.Id), (verdict.Kind, verdict.Endpoint));
        var frame = verdict.Frame.Span;
        Assert.Equal(_server.Row.Mac, MacAddress.FromBytes(frame[..6]));
        Assert.Equal(_server.Row.HostMac, MacAddress.FromBytes(frame[6..12]));
        Assert.Equal(63, server.Contains(':', StringComparison.Ordinal) ? frame[21] : frame[22]);
    }

    [Fact]
    public void The_header_checksum_stays_right_when_the_hop_is_taken()
    {
        var frame = _node.From(_client, Frames.TcpFrom(_client, "10.90.1.2", 40000, 80)).Frame.Span;

        Assert.Equal(0, Frames.Checksum(frame.Slice(14, 20)));
    }

    [Theory]
    [InlineData("10.90.1.2")]
    [InlineData("fd90::a:2")]
    public void Another_port_is_dropped_by_policy_and_the_frame_is_untouched(string server)
    {
        var sent = Frames.TcpFrom(_client, server, 40000, 81);

        var verdict = _node.From(_client, sent);

        Assert.Equal((VerdictKind.Drop, DropReason.PolicyDenied), (verdict.Kind, verdict.Reason));
        Assert.Equal(sent, verdict.Frame.ToArray());
    }

    [Fact]
    public void The_reply_passes_although_no_entry_names_its_port()
    {
        _node.Policy(1002, Entries.In(1001, IpProtocol.Tcp, 80));
        _node.From(_client, Frames.TcpFrom(_client, "10.90.1.2", 40000, 80));

        var reply = _node.From(_server, Frames.TcpFrom(_server, "10.90.1.1", 80, 40000, Frames.Syn | Frames.Ack));

        Assert.Equal((VerdictKind.ToEndpoint, _client.Id), (reply.Kind, reply.Endpoint));
    }

    [Fact]
    public void A_packet_back_without_a_connection_is_judged_by_policy()
    {
        _node.Policy(1002, Entries.In(1001, IpProtocol.Tcp, 80));

        var verdict = _node.From(_server, Frames.TcpFrom(_server, "10.90.1.1", 80, 40000, Frames.Ack));

        Assert.Equal(DropReason.PolicyDenied, verdict.Reason);
    }

    [Fact]
    public void The_connection_knows_both_ends_and_both_rules()
    {
        _node.From(_client, Frames.TcpFrom(_client, "10.90.1.2", 40000, 80));

        var connection = Assert.Single(_node.Connections());

        Assert.Equal(("10.90.1.1", 40000, "10.90.1.2", 80), (connection.Source.ToString(), connection.SourcePort, connection.Destination.ToString(), connection.DestinationPort));
        Assert.Equal((1001u, 1002u), (connection.SourceIdentity.Value, connection.DestinationIdentity.Value));
        Assert.Equal((RuleCookie.NotEnforced, new RuleCookie(Entries.Cookie)), (connection.EgressRule, connection.IngressRule));
        Assert.Equal("syn", connection.State);
        Assert.InRange(connection.ExpiresInSeconds, 58, 61);
    }
}
