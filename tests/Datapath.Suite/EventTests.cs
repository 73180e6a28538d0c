using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Suite;

public sealed class EventTests : TwoEndpoints
{
    [Fact]
    public async Task A_drop_names_reason_identities_and_direction()
    {
        Node.From(Client, Frames.UdpFrom(Client, ServerIPv6, 5000, 99));

        var drop = Assert.IsType<DropEvent>(Assert.Single(await ReadAsync(1)));

        Assert.Equal((DropReason.PolicyDenied, TrafficDirection.Ingress), (drop.Reason, drop.Direction));
        Assert.Equal((1001u, 1002u), (drop.SourceIdentity.Value, drop.DestinationIdentity.Value));
        Assert.Equal((Client.IPv6, Server.IPv6, 99), (drop.Packet.Source, drop.Packet.Destination, drop.Packet.DestinationPort));
    }

    [Fact]
    public async Task A_verdict_that_changes_is_reported()
    {
        Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80));
        Node.Policy(1002, Entries.In(1001, cookie: 777));
        Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80, Frames.Ack));

        var events = await ReadAsync(2);

        Assert.Equal(TraceReason.VerdictChanged, Assert.IsType<TraceEvent>(events[1]).Reason);
        Assert.Equal(new RuleCookie(777), ((TraceEvent)events[1]).Rule);
    }

    [Fact]
    public async Task The_next_reader_goes_on_where_the_last_one_stopped()
    {
        Node.From(Client, Frames.UdpFrom(Client, ServerIPv4, 1, 53));
        Node.From(Client, Frames.UdpFrom(Client, ServerIPv4, 2, 53));

        var first = (PacketEvent)Assert.Single(await ReadAsync(1));
        var second = (PacketEvent)Assert.Single(await ReadAsync(1));

        Assert.Equal((1, 2), (first.Packet.SourcePort, second.Packet.SourcePort));
    }

    [Fact]
    public async Task Forwarded_packets_are_counted_for_both_ends()
    {
        var frame = Frames.TcpFrom(Client, ServerIPv4, 40000, 80);
        Node.From(Client, frame);
        Node.From(Client, frame);

        var metrics = await Node.Datapath.View.ListMetricsAsync(default);

        Assert.Equal(
            [new MetricInfo(DropReason.None, TrafficDirection.Ingress, 2, (ulong)frame.Length * 2), new MetricInfo(DropReason.None, TrafficDirection.Egress, 2, (ulong)frame.Length * 2)],
            metrics);
    }
}
