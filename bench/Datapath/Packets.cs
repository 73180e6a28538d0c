using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bench;

/// <summary>Frames of the length of the shim's template.</summary>
internal static class Packets
{
    public const byte Syn = 2, Ack = 16;

    private const byte TcpProtocol = 6, UdpProtocol = 17;
    private const int EthernetHeader = 14, IPv4Header = 20, IPv6Header = 40;

    public static byte[] Tcp(MacAddress from, MacAddress to, IPAddress source, IPAddress destination, ushort sourcePort, ushort destinationPort, byte flags)
    {
        var (frame, l4) = Ip(from, to, source, destination, TcpProtocol);
        WritePorts(frame.AsSpan(l4), sourcePort, destinationPort);
        frame[l4 + 12] = 5 << 4;
        frame[l4 + 13] = flags;
        return frame;
    }

    public static byte[] Udp(MacAddress from, MacAddress to, IPAddress source, IPAddress destination, ushort sourcePort, ushort destinationPort)
    {
        var (frame, l4) = Ip(from, to, source, destination, UdpProtocol);
        WritePorts(frame.AsSpan(l4), sourcePort, destinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(l4 + 4), (ushort)(frame.Length - l4));
        return frame;
    }

    private static (byte[] Frame, int L4) Ip(MacAddress from, MacAddress to, IPAddress source, IPAddress destination, byte protocol)
    {
        var frame = new byte[FrameTemplate.Bytes];
        to.CopyTo(frame);
        from.CopyTo(frame.AsSpan(6));
        var ip = frame.AsSpan(EthernetHeader);
        if (source.AddressFamily == AddressFamily.InterNetwork)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), 0x0800);
            ip[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)ip.Length);
            (ip[8], ip[9]) = (64, protocol);
            source.TryWriteBytes(ip[12..], out _);
            destination.TryWriteBytes(ip[16..], out _);
            return (frame, EthernetHeader + IPv4Header);
        }

        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), 0x86dd);
        ip[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], (ushort)(ip.Length - IPv6Header));
        (ip[6], ip[7]) = (protocol, 64);
        source.TryWriteBytes(ip[8..], out _);
        destination.TryWriteBytes(ip[24..], out _);
        return (frame, EthernetHeader + IPv6Header);
    }

    private static void WritePorts(Span<byte> l4, ushort sourcePort, ushort destinationPort)
    {
        BinaryPrimitives.WriteUInt16BigEndian(l4, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(l4[2..], destinationPort);
    }
}
