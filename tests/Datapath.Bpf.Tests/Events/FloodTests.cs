using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Tests.Events;

/// <summary>More events than the ring holds while nobody reads, on the real datapath: verdicts do not care, the loss is told to the last one, the reader goes on.</summary>
[Trait("Needs", "Root")]
public sealed class FloodTests : IDisposable
{
    /// <summary>Of 96 bytes with its header an event takes; 16 KiB hold about 170.</summary>
    private const int Flood = 2_000;

    private readonly TestNode _node = new(settings: Variant.Settings with { DropEventsPerSecond = 0 }, eventsBufferBytes: 16 << 10);
    private readonly TestPod _client;
    private readonly TestPod _server;
    private int _port;

    public FloodTests()
    {
        _client = _node.AddEndpoint(1, 1001, "10.90.1.1", null, Entries.AllIn, Entries.AllOut);
        _server = _node.AddEndpoint(2, 1002, "10.90.1.2", null, Entries.In(1001, IpProtocol.Tcp, 80), Entries.AllOut);
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task The_loss_is_counted_verdicts_are_unaffected_and_the_reader_recovers()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        await using var reader = _node.Datapath.ReadEventsAsync(patience.Token).GetAsyncEnumerator(patience.Token);

        // The reader has begun, and is then held: it asks for the next event only after the flood.
        Deny(1);
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal(1ul, Assert.IsType<BacklogEvent>(reader.Current).Waiting);
        Assert.True(await reader.MoveNextAsync());
        Assert.IsType<DropEvent>(reader.Current);
        Deny(Flood);
        Assert.Equal(VerdictKind.ToEndpoint, _node.From(_client, Frames.TcpFrom(_client, "10.90.1.2", 40000, 80)).Kind);
        Assert.Equal(VerdictKind.ToEndpoint, _node.From(_server, Frames.TcpFrom(_server, "10.90.1.1", 80, 40000, Frames.Syn | Frames.Ack)).Kind);
        Assert.Equal(DropReason.PolicyDenied, _node.From(_client, Frames.TcpFrom(_client, "10.90.1.2", 40001, 81)).Reason);

        var (seen, lost) = await UntilLostAsync(reader);
        // The flood, the connection's one trace and the last denial: each was read or counted as lost.
        Assert.Equal((ulong)Flood + 2, seen + lost);
        Assert.InRange(seen, 100ul, 200ul);

        // Everything is as before: the next event comes at once, and nothing more is lost.
        Deny(1);
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal(_port, Assert.IsType<DropEvent>(reader.Current).Packet.SourcePort);
        var metric = Assert.Single(await _node.Datapath.View.ListMetricsAsync(default), metric => metric.Reason == DropReason.PolicyDenied);
        Assert.Equal((ulong)Flood + 3, metric.Packets);
    }

    /// <summary>Each from another port: repeated denials would be reported together.</summary>
    private void Deny(int count) =>
        Assert.All(_node.FromAll(_client, [.. Enumerable.Range(0, count).Select(_ => Frames.UdpFrom(_client, "10.90.1.2", (ushort)++_port, 99))]), verdict => Assert.Equal(DropReason.PolicyDenied, verdict.Reason));

    private static async Task<(ulong Seen, ulong Lost)> UntilLostAsync(IAsyncEnumerator<DatapathEvent> reader)
    {
        for (var seen = 0ul; await reader.MoveNextAsync(); seen++)
        {
            if (reader.Current is LostEvent lost)
                return (seen, lost.Count);
        }

        throw new InvalidOperationException("the events ended and no loss was told");
    }
}
