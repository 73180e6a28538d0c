using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Tests.Events;

public sealed class EventRingTests : TwoEndpoints
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
    public async Task Repeated_denials_are_counted_and_reported_together()
    {
        const ulong Denied = 100;
        var started = TimeProvider.System.GetTimestamp();
        for (var i = 0ul; i < Denied; i++)
            Deny();
        Assert.InRange(Waiting(), 1ul, Allowed());

        var drops = new List<DropEvent>();
        await Eventually.TrueAsync(async () =>
        {
            Deny();
            if (Waiting() > 0)
                drops.Add(Assert.IsType<DropEvent>(Assert.Single(await ReadAsync(1))));
            return Told() >= Denied;
        }, "all of the first denials are told");

        var metric = Assert.Single(await Node.Datapath.View.ListMetricsAsync(default), metric => metric.Reason == DropReason.PolicyDenied);
        Assert.InRange(Told(), Denied, metric.Packets);
        Assert.InRange((ulong)drops.Count, 2ul, Allowed());

        // Each processor remembers denials for itself, and tells of them at once and once a second.
        ulong Allowed() => (ulong)Environment.ProcessorCount * (2 + (ulong)TimeProvider.System.GetElapsedTime(started).TotalSeconds);

        ulong Told() => drops.Aggregate(0ul, (sum, drop) => sum + 1 + drop.Repeated);

        void Deny() => Node.From(Client, Frames.UdpFrom(Client, ServerIPv4, 5000, 99));

        ulong Waiting()
        {
            using var ring = new Bpf.Events.EventRing(Node.Datapath.State.Maps.Events);
            return ring.CountUntil(ring.ProducerPosition);
        }
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
}
