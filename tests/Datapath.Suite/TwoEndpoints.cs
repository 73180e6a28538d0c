using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Suite;

/// <summary>On whichever datapath this project tests: a client (1, identity 1001) that may send anything, and a server (2, identity 1002) that takes TCP 80, UDP 53 and ICMP from it.</summary>
public abstract partial class TwoEndpoints : IDisposable
{
    private protected const string ClientIPv4 = "10.90.1.1", ServerIPv4 = "10.90.1.2", ClientIPv6 = "fd90::a:1", ServerIPv6 = "fd90::a:2";

    private protected TwoEndpoints()
    {
        Node = new TestNode();
        Client = Node.AddEndpoint(1, 1001, ClientIPv4, ClientIPv6, Entries.AllIn, Entries.AllOut);
        Server = Node.AddEndpoint(2, 1002, ServerIPv4, ServerIPv6, ServerPolicy);
    }

    private protected static PolicyEntry[] ServerPolicy { get; } =
    [
        Entries.In(1001, IpProtocol.Tcp, 80),
        Entries.In(1001, IpProtocol.Udp, 53),
        Entries.In(1001, IpProtocol.Icmp),
        Entries.In(1001, IpProtocol.IcmpV6),
    ];

    private protected TestNode Node { get; }

    private protected TestPod Client { get; }

    private protected TestPod Server { get; }

    public void Dispose()
    {
        Node.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected PacketVerdict FromClient(byte[] packet) => Node.From(Client, Frames.From(Client, packet));

    private protected PacketVerdict FromServer(byte[] packet) => Node.From(Server, Frames.From(Server, packet));

    private protected static void Dropped(DropReason reason, PacketVerdict verdict) => Assert.Equal((VerdictKind.Drop, reason), (verdict.Kind, verdict.Reason));

    private protected static void Delivered(TestPod to, PacketVerdict verdict) => Assert.Equal((VerdictKind.ToEndpoint, DropReason.None, to.Id), (verdict.Kind, verdict.Reason, verdict.Endpoint));

    /// <summary>The next events, or all until one; the notice about a backlog is left out where a number is asked for.</summary>
    private protected async Task<List<DatapathEvent>> ReadAsync(int count, Func<DatapathEvent, bool>? until = null)
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
