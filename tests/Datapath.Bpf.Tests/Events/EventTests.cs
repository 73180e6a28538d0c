using Cilium.Framework.Datapath.Bpf.Tests.Infrastructure;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Tests.Events;

[Trait("Needs", "Root")]
public sealed class EventTests : TwoEndpoints
{
    [Fact]
    public async Task A_new_connection_is_reported_once()
    {
        for (var i = 0; i < 3; i++)
            Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80));

        var trace = Assert.IsType<TraceEvent>(Assert.Single(await ReadAsync(1)));

        Assert.Equal((TraceReason.New, TracePoint.ToEndpoint, TrafficDirection.Ingress), (trace.Reason, trace.Point, trace.Direction));
        Assert.Equal((1, 2), (trace.SourceEndpoint, trace.DestinationEndpoint));
        Assert.Equal((1001u, 1002u, Entries.Cookie), (trace.SourceIdentity.Value, trace.DestinationIdentity.Value, trace.Rule.Value));
        Assert.Equal(new PacketSummary(Client.IPv4, Server.IPv4, IpProtocol.Tcp, 40000, 80, 54, Frames.Syn), trace.Packet);
        Assert.Equal(Client.Row.IfIndex, trace.IfIndex);
        Assert.True(trace.FromBefore);
        Assert.InRange(TimeProvider.System.GetUtcNow() - trace.Time, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

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
    public async Task Repeated_denials_are_counted_and_reported_together()
    {
        for (var i = 0; i < 100; i++)
            Deny();
        // Each processor remembers denials for itself.
        Assert.InRange(Waiting(), 1ul, (ulong)Environment.ProcessorCount);

        var drops = new List<DropEvent>();
        await Eventually.TrueAsync(async () =>
        {
            Deny();
            if (Waiting() > 0)
                drops.Add(Assert.IsType<DropEvent>(Assert.Single(await ReadAsync(1))));
            return drops.Any(drop => drop.Repeated > 0);
        }, "a report that counts repetitions");

        var metric = Assert.Single(await Node.Datapath.View.ListMetricsAsync(default), metric => metric.Reason == DropReason.PolicyDenied);
        Assert.InRange(drops.Aggregate(0ul, (sum, drop) => sum + 1 + drop.Repeated), 10ul, metric.Packets);
        Assert.InRange(drops.Count, 2, 10);

        void Deny() => Node.From(Client, Frames.UdpFrom(Client, ServerIPv4, 5000, 99));

        ulong Waiting()
        {
            using var ring = new Bpf.Events.EventRing(Node.Datapath.State.Maps.Events);
            return ring.CountUntil(ring.ProducerPosition);
        }
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
    public async Task What_nobody_read_in_time_is_counted_as_lost()
    {
        // 1 MB holds about 11,900 events of 88 octets.
        for (var i = 0; i < 14_000; i++)
            Node.From(Client, Frames.UdpFrom(Client, ServerIPv4, (ushort)i, (ushort)(100 + (i >> 13))));

        var events = await ReadAsync(count: int.MaxValue, until: got => got is LostEvent);

        var backlog = Assert.IsType<BacklogEvent>(events[0]);
        var lost = Assert.IsType<LostEvent>(events[^1]);
        Assert.Equal(14_000ul, backlog.Waiting + lost.Count);
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

    private async Task<List<DatapathEvent>> ReadAsync(int count, Func<DatapathEvent, bool>? until = null)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var events = new List<DatapathEvent>();
        await foreach (var got in Node.Datapath.ReadEventsAsync(patience.Token))
        {
            if (got is BacklogEvent && until is null)
                continue;
            events.Add(got);
            if (events.Count == count || until?.Invoke(got) == true)
                break;
        }

        return events;
    }
}
