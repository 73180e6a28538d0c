using System.Buffers.Binary;
using Cilium.Framework.Datapath;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Oracles.Cases;

/// <summary>Makes octets of packets.</summary>
/// <param name="world">Whose hardware addresses are used.</param>
internal sealed class FrameBuilder(World world)
{
    private const ushort IPv4Type = 0x0800, IPv6Type = 0x86dd, ArpType = 0x0806, VlanType = 0x8100, UnknownType = 0x88cc;
    private const byte HopByHop = 0, Fragment = 44, DestinationOptions = 60;

    public static readonly MacAddress ForeignMac = MacAddress.FromBytes([2, 0, 0, 0, 9, 9]);

    public byte[] Build(Packet packet)
    {
        var self = world.Workloads.FirstOrDefault(workload => workload.Id == packet.Workload);
        var (destination, source) = packet.Point switch
        {
            AttachPoint.FromEndpoint => (self!.HostMac, self.Mac),
            AttachPoint.ToEndpoint => (self!.Mac, self.HostMac),
            _ => (ForeignMac, ForeignMac),
        };
        if (packet.Flaw == Flaw.ForeignMac)
            source = ForeignMac;
        if (packet.Arp is { } arp)
            return [.. Ethernet(destination, source, ArpType), .. Arp(arp, self!)];
        var type = packet.IsIPv6 ? IPv6Type : IPv4Type;
        byte[] body = packet.IsIPv6 ? IPv6(packet, self) : IPv4(packet, self);
        return packet.Flaw switch
        {
            Flaw.Vlan => [.. Ethernet(destination, source, VlanType), 0, 7, .. Word(type), .. body],
            Flaw.UnknownEtherType => [.. Ethernet(destination, source, UnknownType), .. body],
            _ => [.. Ethernet(destination, source, type), .. body],
        };
    }

    /// <summary>One's complement sum over an area, folded and inverted; 0 over an area that holds its own right checksum.</summary>
    public static ushort Checksum(ReadOnlySpan<byte> area, uint sum = 0)
    {
        for (var i = 0; i < area.Length; i += 2)
            sum += (uint)(area[i] << 8) + (i + 1 < area.Length ? area[i + 1] : 0u);
        while (sum > 0xffff)
            sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }

    private static byte[] Ethernet(MacAddress destination, MacAddress source, ushort type)
    {
        var header = new byte[14];
        destination.CopyTo(header);
        source.CopyTo(header.AsSpan(6));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(12), type);
        return header;
    }

    private static byte[] Arp(Arp arp, Workload self) =>
    [
        .. Word(arp.IsForOtherHardware ? (ushort)6 : (ushort)1), .. Word(IPv4Type), 6, 4, .. Word(arp.Operation),
        .. Octets(arp.ClaimsForeignMac ? ForeignMac : self.Mac), .. arp.Sender.GetAddressBytes(), 0, 0, 0, 0, 0, 0, .. arp.Target.GetAddressBytes(),
    ];

    private static byte[] IPv4(Packet packet, Workload? self)
    {
        var transport = Transport(packet, self);
        var header = new byte[20 + (4 * packet.Extras)];
        header.AsSpan(20).Fill(1);
        header[0] = packet.Flaw switch
        {
            Flaw.WrongVersion => (byte)(0x50 | (header.Length / 4)),
            Flaw.ShortIPv4Header => 0x44,
            _ => (byte)(0x40 | (header.Length / 4)),
        };
        var total = header.Length + transport.Length + (packet.Flaw == Flaw.LongerThanFrame ? 40 : 0);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)total);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), packet.FragmentId);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), packet.Part switch { FragmentPart.First => 0x2000, FragmentPart.Later => 0x0005, _ => 0 });
        (header[8], header[9]) = (packet.Ttl, packet.Protocol);
        packet.Source.TryWriteBytes(header.AsSpan(12), out _);
        packet.Destination.TryWriteBytes(header.AsSpan(16), out _);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(10), Checksum(header));
        return [.. header, .. transport];
    }

    private static byte[] IPv6(Packet packet, Workload? self)
    {
        var (first, extensions) = Extensions(packet);
        byte[] payload = [.. extensions, .. Transport(packet, self)];
        var header = new byte[40];
        header[0] = (byte)(packet.Flaw == Flaw.WrongVersion ? 0x50 : 0x60);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), (ushort)(payload.Length + (packet.Flaw == Flaw.LongerThanFrame ? 40 : 0)));
        (header[6], header[7]) = (first, packet.Ttl);
        packet.Source.TryWriteBytes(header.AsSpan(8), out _);
        packet.Destination.TryWriteBytes(header.AsSpan(24), out _);
        return [.. header, .. payload];
    }

    private static (byte First, byte[] Octets) Extensions(Packet packet)
    {
        var count = packet.Flaw == Flaw.SevenExtensions ? 7 : packet.Extras;
        var kinds = Enumerable.Range(0, count).Select(i => i == 0 ? HopByHop : DestinationOptions).ToList();
        if (packet.Part != FragmentPart.Whole)
            kinds.Add(Fragment);
        var octets = new List<byte>();
        for (var i = 0; i < kinds.Count; i++)
        {
            var next = i + 1 < kinds.Count ? kinds[i + 1] : packet.Protocol;
            octets.AddRange(kinds[i] == Fragment
                ? [next, 0, .. Word(packet.Part == FragmentPart.First ? (ushort)1 : (ushort)40), 0, 0, .. Word(packet.FragmentId)]
                : [next, packet.Flaw == Flaw.ExtensionBeyondPacket ? (byte)200 : (byte)0, 1, 4, 0, 0, 0, 0]);
        }

        return (kinds.Count > 0 ? kinds[0] : packet.Protocol, [.. octets]);
    }

    private static byte[] Transport(Packet packet, Workload? self)
    {
        if (packet.Part == FragmentPart.Later)
            return new byte[32];
        var octets = packet.Protocol switch
        {
            Packet.Tcp => TcpHeader(packet),
            Packet.Udp => [.. Word(packet.SourcePort), .. Word(packet.DestinationPort), .. Word(16), 0, 0, .. new byte[8]],
            _ when packet.IsIcmp => IcmpMessage(packet, self),
            _ => new byte[24],
        };
        return packet.Flaw == Flaw.CutTransport ? octets[..(packet.Protocol == Packet.Tcp ? 16 : 6)] : octets;
    }

    private static byte[] TcpHeader(Packet packet) =>
    [
        .. Word(packet.SourcePort), .. Word(packet.DestinationPort), 0, 0, 0, 1, 0, 0, 0, 0,
        (byte)(packet.Flaw == Flaw.ShortTcpOffset ? 0x40 : 0x50), packet.TcpFlags, 1, 0, 0, 0, 0, 0,
    ];

    private static byte[] IcmpMessage(Packet packet, Workload? self)
    {
        byte[] body = packet switch
        {
            { SolicitedTarget: { } target } => [0, 0, 0, 0, .. target.GetAddressBytes(), .. OptionOctets(packet.Option, self!)],
            { Quote: { } quote } => [0, 0, 0, 0, .. QuoteOctets(quote, packet.Flaw == Flaw.CutQuote)],
            _ => [.. Word(packet.IcmpId), 0, 1, 1, 2, 3, 4, 5, 6, 7, 8],
        };
        return [packet.IcmpType, packet.IcmpCode, 0, 0, .. body];
    }

    private static byte[] OptionOctets(SolicitationOption option, Workload self) =>
        option == SolicitationOption.None ? [] : [1, 1, .. Octets(option == SolicitationOption.Own ? self.Mac : ForeignMac)];

    private static byte[] QuoteOctets(Quote quote, bool isCut)
    {
        byte[] transport = quote.Protocol is Packet.Tcp or Packet.Udp
            ? [.. Word(quote.SourcePort), .. Word(quote.DestinationPort), 0, 0, 0, 0]
            : [quote.IcmpType, 0, 0, 0, .. Word(quote.IcmpId), 0, 0];
        if (isCut)
            transport = transport[..4];
        var isIPv6 = quote.Source.GetAddressBytes().Length == 16;
        var header = new byte[isIPv6 ? 40 : 20];
        header[0] = (byte)(isIPv6 ? 0x60 : 0x45);
        if (!isIPv6)
        {
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), 28);
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), (ushort)(quote.IsLaterFragment ? 5 : 0));
        }

        header[isIPv6 ? 6 : 9] = quote.Protocol;
        header[isIPv6 ? 7 : 8] = 63;
        quote.Source.TryWriteBytes(header.AsSpan(isIPv6 ? 8 : 12), out _);
        quote.Destination.TryWriteBytes(header.AsSpan(isIPv6 ? 24 : 16), out _);
        return [.. header, .. transport];
    }

    private static byte[] Word(ushort value) => [(byte)(value >> 8), (byte)value];

    private static byte[] Octets(MacAddress mac)
    {
        var octets = new byte[6];
        mac.CopyTo(octets);
        return octets;
    }
}
