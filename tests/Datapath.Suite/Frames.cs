using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Suite;

/// <summary>Builds Ethernet frames octet by octet, with right checksums.</summary>
internal static class Frames
{
    public const byte Icmp = 1, TcpProtocol = 6, UdpProtocol = 17, IcmpV6 = 58;
    public const byte Fin = 1, Syn = 2, Rst = 4, Ack = 16;

    private const ushort IPv4Type = 0x0800, IPv6Type = 0x86dd;

    public static byte[] Ethernet(MacAddress destination, MacAddress source, ushort type, byte[] payload)
    {
        var frame = new byte[14 + payload.Length];
        destination.CopyTo(frame);
        source.CopyTo(frame.AsSpan(6));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), type);
        payload.CopyTo(frame, 14);
        return frame;
    }

    /// <summary>An IP packet of either family, as the addresses say.</summary>
    public static byte[] Ip(string source, string destination, byte protocol, byte[] payload, byte ttl = 64, ushort fragment = 0, byte[]? options = null)
    {
        var (from, to) = (IPAddress.Parse(source), IPAddress.Parse(destination));
        return from.AddressFamily == AddressFamily.InterNetwork
            ? IPv4(from, to, protocol, payload, ttl, fragment, options ?? [])
            : IPv6(from, to, protocol, payload, ttl);
    }

    public static byte[] Tcp(ushort sourcePort, ushort destinationPort, byte flags, int payload = 0)
    {
        var segment = new byte[20 + payload];
        BinaryPrimitives.WriteUInt16BigEndian(segment, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), destinationPort);
        segment[12] = 5 << 4;
        segment[13] = flags;
        return segment;
    }

    public static byte[] Udp(ushort sourcePort, ushort destinationPort, int payload = 8)
    {
        var datagram = new byte[8 + payload];
        BinaryPrimitives.WriteUInt16BigEndian(datagram, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(2), destinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(4), (ushort)datagram.Length);
        return datagram;
    }

    public static byte[] IcmpMessage(byte type, byte code, ushort id, byte[]? rest = null)
    {
        var message = new byte[8 + (rest?.Length ?? 0)];
        (message[0], message[1]) = (type, code);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(4), id);
        rest?.CopyTo(message, 8);
        return message;
    }

    public static byte[] From(TestPod pod, byte[] packet) => Ethernet(pod.Row.HostMac, pod.Row.Mac, TypeOf(packet), packet);

    public static byte[] To(TestPod pod, byte[] packet) => Ethernet(pod.Row.Mac, pod.Row.HostMac, TypeOf(packet), packet);

    public static byte[] TcpFrom(TestPod pod, string destination, ushort sourcePort, ushort destinationPort, byte flags = Syn) =>
        From(pod, Ip(AddressOf(pod, destination), destination, TcpProtocol, Tcp(sourcePort, destinationPort, flags)));

    public static byte[] UdpFrom(TestPod pod, string destination, ushort sourcePort, ushort destinationPort) =>
        From(pod, Ip(AddressOf(pod, destination), destination, UdpProtocol, Udp(sourcePort, destinationPort)));

    public static byte[] UdpTo(TestPod pod, string source, ushort sourcePort, ushort destinationPort) =>
        To(pod, Ip(source, AddressOf(pod, source), UdpProtocol, Udp(sourcePort, destinationPort)));

    public static byte[] TcpTo(TestPod pod, string source, ushort sourcePort, ushort destinationPort, byte flags = Syn) =>
        To(pod, Ip(source, AddressOf(pod, source), TcpProtocol, Tcp(sourcePort, destinationPort, flags)));

    /// <summary>One's complement sum of an area, as a checksum field holds it.</summary>
    public static ushort Checksum(ReadOnlySpan<byte> area, uint sum = 0)
    {
        for (var i = 0; i + 1 < area.Length; i += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(area[i..]);
        if (area.Length % 2 == 1)
            sum += (uint)area[^1] << 8;
        while (sum > 0xffff)
            sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }

    private static string AddressOf(TestPod pod, string other) => (other.Contains(':', StringComparison.Ordinal) ? pod.IPv6 : pod.IPv4)!.ToString();

    private static ushort TypeOf(byte[] packet) => packet[0] >> 4 == 6 ? IPv6Type : IPv4Type;

    private static byte[] IPv4(IPAddress source, IPAddress destination, byte protocol, byte[] payload, byte ttl, ushort fragment, byte[] options)
    {
        var header = 20 + options.Length;
        var packet = new byte[header + payload.Length];
        packet[0] = (byte)(0x40 | (header / 4));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), 0x1234);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(6), fragment);
        (packet[8], packet[9]) = (ttl, protocol);
        source.TryWriteBytes(packet.AsSpan(12), out _);
        destination.TryWriteBytes(packet.AsSpan(16), out _);
        options.CopyTo(packet, 20);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), Checksum(packet.AsSpan(0, header)));
        payload.CopyTo(packet, header);
        return packet;
    }

    private static byte[] IPv6(IPAddress source, IPAddress destination, byte protocol, byte[] payload, byte hopLimit)
    {
        var packet = new byte[40 + payload.Length];
        packet[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)payload.Length);
        (packet[6], packet[7]) = (protocol, hopLimit);
        source.TryWriteBytes(packet.AsSpan(8), out _);
        destination.TryWriteBytes(packet.AsSpan(24), out _);
        payload.CopyTo(packet, 40);
        return packet;
    }
}
