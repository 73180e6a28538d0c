using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.Datapath;

/// <summary>Builds Ethernet frames octet by octet, with right checksums.</summary>
public static class Frames
{
    /// <summary>Flags of TCP (RFC 9293).</summary>
    public const byte Syn = 2, SynAck = 18, Ack = 16;

    private const int EthernetBytes = 14, IPv4Bytes = 20, IPv6Bytes = 40, TcpBytes = 20, UdpBytes = 8;
    private const byte Hops = 64;

    /// <summary>A TCP segment.</summary>
    /// <param name="source">Ethernet source.</param>
    /// <param name="destination">Ethernet destination.</param>
    /// <param name="from">Source address; its family is that of the packet.</param>
    /// <param name="to">Destination address.</param>
    /// <param name="sourcePort">Source port.</param>
    /// <param name="destinationPort">Destination port.</param>
    /// <param name="flags">Flag byte.</param>
    public static byte[] Tcp(MacAddress source, MacAddress destination, IPAddress from, IPAddress to, ushort sourcePort, ushort destinationPort, byte flags)
    {
        var segment = new byte[TcpBytes];
        WritePorts(segment, sourcePort, destinationPort);
        (segment[12], segment[13]) = (TcpBytes / 4 << 4, flags);
        return Build(source, destination, from, to, IpProtocol.Tcp, segment, checksumAt: 16);
    }

    /// <summary>A UDP datagram of eight bytes.</summary>
    /// <param name="source">Ethernet source.</param>
    /// <param name="destination">Ethernet destination.</param>
    /// <param name="from">Source address; its family is that of the packet.</param>
    /// <param name="to">Destination address.</param>
    /// <param name="sourcePort">Source port.</param>
    /// <param name="destinationPort">Destination port.</param>
    public static byte[] Udp(MacAddress source, MacAddress destination, IPAddress from, IPAddress to, ushort sourcePort, ushort destinationPort)
    {
        var datagram = new byte[UdpBytes + 8];
        WritePorts(datagram, sourcePort, destinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(4), (ushort)datagram.Length);
        return Build(source, destination, from, to, IpProtocol.Udp, datagram, checksumAt: 6);
    }

    /// <summary>Bytes left to travel: TTL or hop limit of a frame.</summary>
    /// <param name="frame">An Ethernet frame with an IP packet.</param>
    internal static byte HopsOf(ReadOnlySpan<byte> frame) => frame[EthernetBytes] >> 4 == 6 ? frame[EthernetBytes + 7] : frame[EthernetBytes + 8];

    /// <summary>The header's checksum is right; IPv6 has none.</summary>
    internal static bool IsHeaderIntact(ReadOnlySpan<byte> frame) => frame[EthernetBytes] >> 4 == 6 || Checksum(frame.Slice(EthernetBytes, IPv4Bytes)) == 0;

    /// <summary>One's complement sum of an area, as a checksum field holds it (RFC 1071).</summary>
    internal static ushort Checksum(ReadOnlySpan<byte> area, uint sum = 0)
    {
        for (var i = 0; i < area.Length; i++)
            sum += (uint)area[i] << (i % 2 == 0 ? 8 : 0);
        while (sum > 0xffff)
            sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }

    private static void WritePorts(Span<byte> payload, ushort source, ushort destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(payload, source);
        BinaryPrimitives.WriteUInt16BigEndian(payload[2..], destination);
    }

    private static byte[] Build(MacAddress source, MacAddress destination, IPAddress from, IPAddress to, IpProtocol protocol, byte[] payload, int checksumAt)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        var isIPv6 = from.AddressFamily == AddressFamily.InterNetworkV6;
        var header = isIPv6 ? IPv6Bytes : IPv4Bytes;
        var frame = new byte[EthernetBytes + header + payload.Length];
        destination.CopyTo(frame);
        source.CopyTo(frame.AsSpan(6));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), (ushort)(isIPv6 ? 0x86dd : 0x0800));
        var packet = frame.AsSpan(EthernetBytes);
        // Protocol and length of the pseudo-header, whose addresses are summed with the payload.
        WriteChecksum(payload, checksumAt, from, to, (uint)protocol + (uint)payload.Length);
        if (isIPv6)
        {
            (packet[0], packet[6], packet[7]) = (0x60, (byte)protocol, Hops);
            BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)payload.Length);
        }
        else
        {
            (packet[0], packet[8], packet[9]) = (0x45, Hops, (byte)protocol);
            BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)(header + payload.Length));
        }

        from.TryWriteBytes(packet[(isIPv6 ? 8 : 12)..], out _);
        to.TryWriteBytes(packet[(isIPv6 ? 24 : 16)..], out _);
        if (!isIPv6)
            BinaryPrimitives.WriteUInt16BigEndian(packet[10..], Checksum(packet[..IPv4Bytes]));
        payload.CopyTo(packet[header..]);
        return frame;
    }

    private static void WriteChecksum(byte[] payload, int at, IPAddress from, IPAddress to, uint pseudo) =>
        BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(at), Checksum([.. from.GetAddressBytes(), .. to.GetAddressBytes(), .. payload], pseudo));
}
