using Cilium.Framework.Datapath.Bpf.Maps;

namespace Cilium.Framework.Datapath.Bpf.Tests.Conntrack;

/// <summary>What time does to an entry.</summary>
public sealed class EntryTests : TwoEndpoints
{
    private const int Rounds = 1000;

    private MapSet Maps => Node.Datapath.State.Maps;

    private uint Now => Node.Datapath.State.Clock.Now();

    [Fact]
    public void A_reply_does_not_belong_to_a_connection_that_has_expired()
    {
        ClientTakesNothing();
        Node.From(Client, Frames.UdpFrom(Client, ServerIPv4, 5000, 53));
        Delivered(Client, Node.From(Server, Frames.UdpFrom(Server, ClientIPv4, 53, 5000)));

        Change(value => value with { Expires = Now - 1 });

        Dropped(DropReason.PolicyDenied, Node.From(Server, Frames.UdpFrom(Server, ClientIPv4, 53, 5000)));
    }

    [Fact]
    public void A_packet_keeps_its_connection_alive()
    {
        Node.From(Client, Frames.UdpFrom(Client, ServerIPv4, 5000, 53));
        Change(value => value with { Expires = Now + 20 });

        Node.From(Client, Frames.UdpFrom(Client, ServerIPv4, 5000, 53));

        Assert.InRange(Assert.Single(Node.Connections()).ExpiresInSeconds, 58, 61);
    }

    [Fact]
    public void An_error_about_a_connection_that_has_expired_is_judged_by_policy()
    {
        ClientTakesNothing();
        var packet = Frames.Ip(ClientIPv4, ServerIPv4, Frames.UdpProtocol, Frames.Udp(5000, 53));
        FromClient(packet);
        var error = Frames.Ip(ServerIPv4, ClientIPv4, Frames.Icmp, Frames.IcmpMessage(3, 3, 0, packet));
        Delivered(Client, FromServer(error));

        Change(value => value with { Expires = Now - 1 });

        Dropped(DropReason.PolicyDenied, FromServer(error));
    }

    [Fact]
    public void An_entry_that_says_another_endpoint_sends_lets_nothing_pass()
    {
        Node.From(Client, Frames.UdpFrom(Client, ServerIPv4, 5000, 53));
        Change(value =>
        {
            if (value.InitiatorIsSecond)
                value.Side1.Endpoint = Server.Id;
            else
                value.Side0.Endpoint = Server.Id;
            return value with { Verdict = uint.MaxValue - 1 };
        });

        Dropped(DropReason.InvalidSourceIp, Node.From(Client, Frames.UdpFrom(Client, ServerIPv4, 5000, 53)));
    }

    [Fact]
    public void A_connection_that_begins_while_expired_ones_are_collected_stays()
    {
        ClientTakesNothing();
        for (ushort port = 1; port < 2000; port++)
            Node.From(Client, Frames.UdpFrom(Client, ServerIPv4, port, 53));
        var frame = Frames.UdpFrom(Client, ServerIPv4, 5000, 53);
        Node.From(Client, frame);
        var (key, expired) = Maps.Conntrack4.Entries().Single(entry => Has(entry.Key, 5000));
        expired.Expires = Now - 10;
        using var stop = new CancellationTokenSource();
        var collecting = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
                Node.Datapath.State.Collector.Collect();
        });

        var lost = 0;
        for (var round = 0; round < Rounds; round++)
        {
            Maps.Conntrack4.Put(key, expired);
            Node.From(Client, frame);
            if (Node.From(Server, Frames.UdpFrom(Server, ClientIPv4, 53, 5000)).Kind == VerdictKind.Drop)
                lost++;
        }

        stop.Cancel();
        Assert.True(SpinWait.SpinUntil(() => collecting.IsCompleted, TimeSpan.FromSeconds(10)));
        Assert.Equal(0, lost);
    }

    private static bool Has(ConntrackKey4 key, ushort port) =>
        System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(key.Port0) == port || System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(key.Port1) == port;

    private void ClientTakesNothing() => Node.Policy(1001, Entries.AllOut);

    private void Change(Func<ConntrackValue, ConntrackValue> change)
    {
        var (key, value) = Assert.Single(Maps.Conntrack4.Entries());
        Maps.Conntrack4.Put(key, change(value));
    }
}
