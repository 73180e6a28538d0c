using System.Buffers.Binary;
using System.Net;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Suite;

/// <summary>ARP and IPv6 neighbour discovery end at the endpoint's own device.</summary>
public sealed class NeighbourTests : TwoEndpoints
{
    private const ushort ArpType = 0x0806;
    private static readonly MacAddress Broadcast = new(0xffff_ffff_ffff);
    private static readonly MacAddress Stranger = new(0x02_11_22_33_44_55);

    [Theory]
    [InlineData(TestNode.Gateway4)]
    [InlineData(ServerIPv4)]
    [InlineData("192.0.2.1")]
    public void Arp_for_anything_is_answered_with_the_host_side(string target)
    {
        var verdict = Node.From(Client, Arp(1, Client.Row.Mac, ClientIPv4, target));

        Assert.Equal((VerdictKind.Answered, Client.Id), (verdict.Kind, verdict.Endpoint));
        var frame = verdict.Frame.Span;
        Assert.Equal(Client.Row.Mac, MacAddress.FromBytes(frame[..6]));
        Assert.Equal(2, BinaryPrimitives.ReadUInt16BigEndian(frame[20..]));
        Assert.Equal(Client.Row.HostMac, MacAddress.FromBytes(frame[22..28]));
        Assert.Equal(IPAddress.Parse(target), new IPAddress(frame[28..32]));
        Assert.Equal(Client.Row.Mac, MacAddress.FromBytes(frame[32..38]));
        Assert.Equal(IPAddress.Parse(ClientIPv4), new IPAddress(frame[38..42]));
    }

    [Fact]
    public void Arp_with_a_foreign_sender_mac_is_dropped() =>
        Dropped(DropReason.InvalidSourceMac, Node.From(Client, Arp(1, Stranger, ClientIPv4, TestNode.Gateway4)));

    [Fact]
    public void Arp_with_a_foreign_sender_address_is_dropped() =>
        Dropped(DropReason.InvalidSourceIp, Node.From(Client, Arp(1, Client.Row.Mac, ServerIPv4, TestNode.Gateway4)));

    [Theory]
    [InlineData(1, "0.0.0.0", ClientIPv4)]
    [InlineData(1, ClientIPv4, ClientIPv4)]
    [InlineData(2, ClientIPv4, TestNode.Gateway4)]
    public void Probes_announcements_and_answers_are_consumed(ushort operation, string sender, string target) =>
        Assert.Equal(VerdictKind.Consumed, Node.From(Client, Arp(operation, Client.Row.Mac, sender, target)).Kind);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_neighbour_solicitation_is_answered_with_a_right_checksum(bool withOption)
    {
        var option = withOption ? LinkLayer(1, Client.Row.Mac) : [];

        var verdict = Node.From(Client, Solicit(ClientIPv6, TestNode.Gateway6, option));

        Assert.Equal(VerdictKind.Answered, verdict.Kind);
        var frame = verdict.Frame.Span;
        Assert.Equal(86, frame.Length);
        Assert.Equal(Client.Row.Mac, MacAddress.FromBytes(frame[..6]));
        Assert.Equal(IPAddress.Parse(TestNode.Gateway6), new IPAddress(frame.Slice(22, 16)));
        Assert.Equal(IPAddress.Parse(ClientIPv6), new IPAddress(frame.Slice(38, 16)));
        Assert.Equal(136, frame[54]);
        Assert.Equal(IPAddress.Parse(TestNode.Gateway6), new IPAddress(frame.Slice(62, 16)));
        Assert.Equal(Client.Row.HostMac, MacAddress.FromBytes(frame.Slice(80, 6)));
        Assert.Equal(0, Frames.Checksum(frame[22..], 32 + 58));
    }

    [Fact]
    public void A_solicitation_from_a_link_local_address_is_answered() =>
        Assert.Equal(VerdictKind.Answered, Node.From(Client, Solicit("fe80::abcd", TestNode.Gateway6, [])).Kind);

    [Fact]
    public void A_solicitation_that_names_a_foreign_mac_is_dropped() =>
        Dropped(DropReason.InvalidSourceMac, Node.From(Client, Solicit(ClientIPv6, TestNode.Gateway6, LinkLayer(1, Stranger))));

    [Fact]
    public void A_solicitation_from_a_foreign_address_is_dropped() =>
        Dropped(DropReason.InvalidSourceIp, Node.From(Client, Solicit(ServerIPv6, TestNode.Gateway6, [])));

    [Fact]
    public void A_solicitation_that_has_been_routed_is_dropped() =>
        Dropped(DropReason.InvalidPacket, Node.From(Client, Solicit(ClientIPv6, TestNode.Gateway6, [], hopLimit: 64)));

    [Fact]
    public void Duplicate_address_detection_is_consumed() =>
        Assert.Equal(VerdictKind.Consumed, Node.From(Client, Solicit("::", ClientIPv6, [])).Kind);

    [Theory]
    [InlineData(133, ClientIPv6)]
    [InlineData(136, ClientIPv6)]
    [InlineData(143, "fe80::abcd")]
    public void Router_solicitations_advertisements_and_listener_reports_are_consumed(byte type, string source) =>
        Assert.Equal(VerdictKind.Consumed, FromClient(Frames.Ip(source, "ff02::2", Frames.IcmpV6, Frames.IcmpMessage(type, 0, 0, new byte[16]), ttl: 255)).Kind);

    [Theory]
    [InlineData(134)]
    [InlineData(137)]
    public void An_endpoint_is_no_router(byte type) =>
        Dropped(DropReason.UnknownIcmpV6Type, FromClient(Frames.Ip(ClientIPv6, "ff02::1", Frames.IcmpV6, Frames.IcmpMessage(type, 0, 0, new byte[32]), ttl: 255)));

    private static byte[] LinkLayer(byte type, MacAddress mac)
    {
        var option = new byte[8];
        (option[0], option[1]) = (type, 1);
        mac.CopyTo(option.AsSpan(2));
        return option;
    }

    private byte[] Arp(ushort operation, MacAddress senderMac, string sender, string target)
    {
        var packet = new byte[28];
        new byte[] { 0, 1, 8, 0, 6, 4 }.CopyTo(packet, 0);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(6), operation);
        senderMac.CopyTo(packet.AsSpan(8));
        IPAddress.Parse(sender).TryWriteBytes(packet.AsSpan(14), out _);
        IPAddress.Parse(target).TryWriteBytes(packet.AsSpan(24), out _);
        return Frames.Ethernet(Broadcast, Client.Row.Mac, ArpType, packet);
    }

    private byte[] Solicit(string source, string target, byte[] option, byte hopLimit = 255)
    {
        var rest = new byte[16 + option.Length];
        IPAddress.Parse(target).TryWriteBytes(rest, out _);
        option.CopyTo(rest, 16);
        return Frames.From(Client, Frames.Ip(source, "ff02::1:ff00:1", Frames.IcmpV6, Frames.IcmpMessage(135, 0, 0, rest), hopLimit));
    }
}
