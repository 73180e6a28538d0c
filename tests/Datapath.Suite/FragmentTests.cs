using System.Buffers.Binary;
using System.Diagnostics;

namespace Cilium.Framework.Datapath.Suite;

/// <summary>Later fragments follow the first one, if that was let through.</summary>
public sealed class FragmentTests : TwoEndpoints
{
    private const ushort More = 0x2000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Later_fragments_of_an_allowed_packet_pass(bool ipv6)
    {
        Delivered(Server, FromClient(First(ipv6, 53)));
        Delivered(Server, FromClient(Later(ipv6)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Later_fragments_of_a_denied_packet_do_not(bool ipv6)
    {
        Dropped(DropReason.PolicyDenied, FromClient(First(ipv6, 54)));
        Dropped(DropReason.FragmentNotTracked, FromClient(Later(ipv6)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_later_fragment_alone_is_dropped(bool ipv6) => Dropped(DropReason.FragmentNotTracked, FromClient(Later(ipv6)));

    [Fact]
    public void A_first_fragment_without_its_whole_header_is_dropped() =>
        Dropped(DropReason.TruncatedHeader, FromClient(Frames.Ip(ClientIPv4, ServerIPv4, Frames.TcpProtocol, Frames.Tcp(40000, 80, Frames.Syn)[..8], fragment: More)));

    [Fact]
    public void A_fragment_of_another_packet_does_not_profit()
    {
        Delivered(Server, FromClient(First(ipv6: false, 53)));
        var other = Later(ipv6: false);
        other[4] ^= 0xff;

        Dropped(DropReason.FragmentNotTracked, FromClient(other));
    }

    [Fact]
    public void A_flood_of_fragmented_packets_forgets_old_ones_and_none_of_the_newest()
    {
        const ushort flood = 9_000, room = 8_192, newest = 1_000;
        var tooSlow = $"the flood took longer than the {Lifetime.TotalSeconds} s for which a fragment is remembered";
        var started = Stopwatch.GetTimestamp();
        for (ushort id = 1; id <= flood; id++)
        {
            Delivered(Server, FromClient(WithId(First(ipv6: false, 53), id)));
            Assert.SkipWhen(Stopwatch.GetElapsedTime(started) > Lifetime, tooSlow);
        }

        var forgotten = Enumerable.Range(1, flood).Where(id => FromClient(WithId(Later(ipv6: false), (ushort)id)).Reason == DropReason.FragmentNotTracked).ToList();

        Assert.SkipWhen(Stopwatch.GetElapsedTime(started) > Lifetime, tooSlow);
        Assert.InRange(forgotten.Count, flood - room, flood - newest);
        Assert.All(forgotten, id => Assert.InRange(id, 1, flood - newest));
    }

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    private static byte[] WithId(byte[] packet, ushort id)
    {
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), id);
        return packet;
    }

    private static byte[] First(bool ipv6, ushort port) => ipv6
        ? Frames.Ip(ClientIPv6, ServerIPv6, 44, [.. FragmentHeader(0, more: true), .. Frames.Udp(5353, port)])
        : Frames.Ip(ClientIPv4, ServerIPv4, Frames.UdpProtocol, Frames.Udp(5353, port), fragment: More);

    private static byte[] Later(bool ipv6) => ipv6
        ? Frames.Ip(ClientIPv6, ServerIPv6, 44, [.. FragmentHeader(2, more: false), .. new byte[16]])
        : Frames.Ip(ClientIPv4, ServerIPv4, Frames.UdpProtocol, new byte[16], fragment: 2);

    private static byte[] FragmentHeader(ushort offset, bool more)
    {
        var header = new byte[8];
        header[0] = Frames.UdpProtocol;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)((offset << 3) | (more ? 1 : 0)));
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), 0x1234);
        return header;
    }
}
