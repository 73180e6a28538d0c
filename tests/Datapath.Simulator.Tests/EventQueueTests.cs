namespace Cilium.Framework.Datapath.Simulator.Tests;

public sealed class EventQueueTests
{
    [Fact]
    public async Task What_does_not_fit_is_counted_and_reported_after_what_does()
    {
        using var node = new TestNode(settings: new() { EventsMax = 2 });
        var client = node.AddEndpoint(1, 1001, "10.90.1.1", null, Entries.AllOut);
        for (ushort port = 1; port <= 5; port++)
            node.From(client, Frames.UdpFrom(client, "192.0.2.7", port, 53));

        var events = new List<DatapathEvent>();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await foreach (var happened in node.Datapath.ReadEventsAsync(patience.Token))
        {
            events.Add(happened);
            if (happened is LostEvent)
                break;
        }

        Assert.Equal([1, 2], events.OfType<TraceEvent>().Select(trace => (int)trace.Packet.SourcePort));
        Assert.Equal(3ul, Assert.IsType<LostEvent>(events[^1]).Count);
    }

    [Fact]
    public async Task The_stream_ends_with_the_datapath()
    {
        var node = new TestNode();
        node.Dispose();

        Assert.Empty(await node.Datapath.ReadEventsAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Without_trace_only_drops_are_reported()
    {
        using var node = new TestNode(settings: new() { EventsMax = 1, Trace = false });
        var client = node.AddEndpoint(1, 1001, "10.90.1.1", null, Entries.AllOut);

        node.From(client, Frames.UdpFrom(client, "192.0.2.7", 1, 53));
        node.From(client, Frames.UdpFrom(client, "127.0.0.1", 1, 53));

        Assert.Equal(DropReason.UnknownL3Target, Assert.IsType<DropEvent>(First(node)).Reason);
    }

    private static DatapathEvent First(TestNode node)
    {
        var reader = node.Datapath.ReadEventsAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(TestNode.Done(reader.MoveNextAsync()));
        return reader.Current;
    }
}
