using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Lab.Traffic;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

/// <summary>IPv4 packets with a source of one's own choice.</summary>
internal static class RawIPv4
{
    private const int HeaderLength = 20;

    /// <summary>An empty UDP datagram.</summary>
    public static byte[] Udp(IPAddress source, IPAddress destination, int port)
    {
        var packet = new byte[HeaderLength + 8];
        (packet[0], packet[8], packet[9]) = (0x45, 64, 17);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        source.TryWriteBytes(packet.AsSpan(12), out _);
        destination.TryWriteBytes(packet.AsSpan(16), out _);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), Checksum(packet.AsSpan(0, HeaderLength)));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(HeaderLength), 4000);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(HeaderLength + 2), (ushort)port);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(HeaderLength + 4), 8);
        return packet;
    }

    /// <summary>Sends one, whoever it says it is from.</summary>
    public static async Task SendAsync(NetworkNamespace from, IPAddress source, IPAddress destination, int port, CancellationToken ct)
    {
        using var socket = Inside.Socket(from, AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Raw);
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.HeaderIncluded, true);
        await socket.SendToAsync(Udp(source, destination, port), SocketFlags.None, new IPEndPoint(destination, 0), ct);
    }

    // RFC 1071.
    private static ushort Checksum(ReadOnlySpan<byte> header)
    {
        var sum = 0;
        for (var i = 0; i < header.Length; i += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(header[i..]);
        while (sum >> 16 != 0)
            sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }
}
