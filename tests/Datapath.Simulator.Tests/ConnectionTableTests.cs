using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Tests;

public sealed class ConnectionTableTests : IDisposable
{
    private const string Server = "10.90.1.2";

    private readonly TestNode _node = new(settings: new() { ConntrackMax = 2 });
    private readonly TestPod _client;

    public ConnectionTableTests()
    {
        _client = _node.AddEndpoint(1, 1001, "10.90.1.1", null, Entries.AllIn, Entries.AllOut);
        _node.AddEndpoint(2, 1002, Server, null, Entries.In(1001, IpProtocol.Udp, 53));
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    public void A_full_table_refuses_a_new_connection_and_keeps_the_live_ones()
    {
        Ask(1);
        Ask(2);

        Assert.Equal(DropReason.ConntrackInsertionFailed, Ask(3).Reason);

        Assert.Equal(VerdictKind.ToEndpoint, Ask(1).Kind);
        Assert.Equal([1, 2], _node.Connections().Select(connection => (int)connection.SourcePort).Order());
    }

    [Fact]
    public void What_has_expired_makes_room()
    {
        Ask(1);
        _node.Time.Advance(TimeSpan.FromSeconds(61));
        Ask(2);

        Assert.Equal(VerdictKind.ToEndpoint, Ask(3).Kind);
    }

    [Fact]
    public void A_connection_is_forgotten_a_minute_after_its_last_packet()
    {
        Ask(1);
        _node.Time.Advance(TimeSpan.FromSeconds(59));
        Ask(1);
        _node.Policy(1001, Entries.AllIn);
        _node.Policy(1001, Entries.AllIn, Entries.AllOut);
        _node.Time.Advance(TimeSpan.FromSeconds(61));
        _node.Policy(1002);

        Assert.Equal(DropReason.PolicyDenied, Ask(1).Reason);
        Assert.InRange(Assert.Single(_node.Connections()).ExpiresInSeconds, -2, -1);
    }

    private PacketVerdict Ask(ushort port) => _node.From(_client, Frames.UdpFrom(_client, Server, port, 53));
}
