using System.Buffers.Binary;

namespace Cilium.Framework.Datapath.Suite;

/// <summary>What is understood of packets, and what is not.</summary>
public sealed class ProtocolTests : TwoEndpoints
{
    [Theory]
    [InlineData(ServerIPv4)]
    [InlineData(ServerIPv6)]
    public void Udp_and_its_reply_pass(string server)
    {
        Delivered(Server, Node.From(Client, Frames.UdpFrom(Client, server, 5353, 53)));
        Delivered(Client, Node.From(Server, Frames.UdpFrom(Server, server == ServerIPv4 ? ClientIPv4 : ClientIPv6, 53, 5353)));
        Dropped(DropReason.PolicyDenied, Node.From(Client, Frames.UdpFrom(Client, server, 5353, 54)));
    }

    [Theory]
    [InlineData(ClientIPv4, ServerIPv4, Frames.Icmp, 8, 0)]
    [InlineData(ClientIPv6, ServerIPv6, Frames.IcmpV6, 128, 129)]
    public void An_echo_and_its_reply_pass_and_an_unasked_reply_does_not(string client, string server, byte protocol, byte request, byte reply)
    {
        Node.Policy(1001, Entries.AllOut);
        Delivered(Server, FromClient(Frames.Ip(client, server, protocol, Frames.IcmpMessage(request, 0, 7))));
        Delivered(Client, FromServer(Frames.Ip(server, client, protocol, Frames.IcmpMessage(reply, 0, 7))));
        Node.Policy(1002, [.. ServerPolicy, Entries.AllOut]);
        Dropped(DropReason.PolicyDenied, FromServer(Frames.Ip(server, client, protocol, Frames.IcmpMessage(reply, 0, 8))));
    }

    [Fact]
    public void IPv4_options_pass() =>
        Delivered(Server, FromClient(Frames.Ip(ClientIPv4, ServerIPv4, Frames.TcpProtocol, Frames.Tcp(40000, 80, Frames.Syn), options: [1, 1, 1, 0])));

    [Theory]
    [InlineData(132)]
    [InlineData(47)]
    [InlineData(50)]
    public void Other_protocols_are_not_tracked(byte protocol)
    {
        Dropped(DropReason.UnknownL4Protocol, FromClient(Frames.Ip(ClientIPv4, ServerIPv4, protocol, new byte[20])));
        Dropped(DropReason.UnknownL4Protocol, FromClient(Frames.Ip(ClientIPv6, ServerIPv6, protocol, new byte[20])));
    }

    [Fact]
    public void Unknown_icmp_types_are_dropped_by_their_names()
    {
        Dropped(DropReason.UnknownIcmpV4Type, FromClient(Frames.Ip(ClientIPv4, ServerIPv4, Frames.Icmp, Frames.IcmpMessage(13, 0, 0))));
        Dropped(DropReason.UnknownIcmpV6Type, FromClient(Frames.Ip(ClientIPv6, ServerIPv6, Frames.IcmpV6, Frames.IcmpMessage(200, 0, 0))));
    }

    [Theory]
    [InlineData(0x8100)]
    [InlineData(0x88a8)]
    [InlineData(0x88cc)]
    public void Tags_and_other_ether_types_are_dropped(ushort type) =>
        Dropped(DropReason.UnsupportedL3, Node.From(Client, Frames.Ethernet(Client.Row.HostMac, Client.Row.Mac, type, new byte[60])));

    [Theory]
    [InlineData("224.0.0.251")]
    [InlineData("255.255.255.255")]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.1")]
    [InlineData("ff02::fb")]
    [InlineData("::1")]
    [InlineData("fe80::1")]
    public void What_cannot_be_routed_is_dropped(string destination) =>
        Dropped(DropReason.UnknownL3Target, Node.From(Client, Frames.UdpFrom(Client, destination, 5353, 5353)));

    [Fact]
    public void The_last_hop_is_not_taken()
    {
        Dropped(DropReason.TtlExceeded, FromClient(Frames.Ip(ClientIPv4, ServerIPv4, Frames.TcpProtocol, Frames.Tcp(40000, 80, Frames.Syn), ttl: 1)));
        Dropped(DropReason.TtlExceeded, FromClient(Frames.Ip(ClientIPv6, ServerIPv6, Frames.TcpProtocol, Frames.Tcp(40000, 80, Frames.Syn), ttl: 1)));
    }

    [Fact]
    public void A_header_that_is_cut_off_is_dropped()
    {
        Dropped(DropReason.TruncatedHeader, FromClient(Frames.Ip(ClientIPv4, ServerIPv4, Frames.TcpProtocol, new byte[12])));
        Dropped(DropReason.TruncatedHeader, FromClient(Frames.Ip(ClientIPv6, ServerIPv6, Frames.UdpProtocol, new byte[4])));
    }

    [Fact]
    public void A_header_beyond_the_packets_own_length_is_not_read()
    {
        var packet = Frames.Ip(ClientIPv4, ServerIPv4, Frames.TcpProtocol, Frames.Tcp(40000, 80, Frames.Syn));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), 20 + 8);

        Dropped(DropReason.TruncatedHeader, FromClient(packet));
    }

    [Theory]
    [InlineData(0, 0x44)]
    [InlineData(0, 0x55)]
    [InlineData(2, 0xff)]
    public void A_broken_IPv4_header_is_invalid(int offset, byte value)
    {
        var packet = Frames.Ip(ClientIPv4, ServerIPv4, Frames.TcpProtocol, Frames.Tcp(40000, 80, Frames.Syn));
        var frame = Frames.From(Client, packet);
        frame[14 + offset] = value;

        Dropped(DropReason.InvalidPacket, Node.From(Client, frame));
    }

    [Theory]
    [InlineData(6, VerdictKind.ToEndpoint, DropReason.None)]
    [InlineData(7, VerdictKind.Drop, DropReason.InvalidExtensionHeader)]
    public void Six_extension_headers_are_walked(int count, VerdictKind kind, DropReason reason)
    {
        var verdict = FromClient(WithDestinationOptions(count));

        Assert.Equal((kind, reason), (verdict.Kind, verdict.Reason));
    }

    [Fact]
    public void An_extension_header_that_is_cut_off_is_invalid()
    {
        var packet = Frames.Ip(ClientIPv6, ServerIPv6, 60, [Frames.TcpProtocol, 9, 0, 0, 0, 0, 0, 0]);

        Dropped(DropReason.InvalidExtensionHeader, FromClient(packet));
    }

    private static byte[] WithDestinationOptions(int count)
    {
        var payload = new List<byte>();
        for (var i = 0; i < count; i++)
            payload.AddRange([i == count - 1 ? Frames.TcpProtocol : (byte)60, 0, 1, 4, 0, 0, 0, 0]);
        payload.AddRange(Frames.Tcp(40000, 80, Frames.Syn));
        return Frames.Ip(ClientIPv6, ServerIPv6, 60, [.. payload]);
    }
}
