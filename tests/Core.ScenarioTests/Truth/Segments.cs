using System.Buffers.Binary;
using System.Net;

namespace Cilium.Framework.Core.ScenarioTests.Truth;

/// <summary>TCP segments over IPv4, as far as a datapath judges by them.</summary>
internal static class Segments
{
    public const byte Syn = 2, Ack = 16;

    private const int Ethernet = 14, IPv4 = 20, Tcp = 20;
    private const ushort IPv4Type = 0x0800;
    private const byte TcpProtocol = 6, Hops = 64;

    /// <summary>An Ethernet frame with one segment that carries nothing.</summary>
    public static byte[] Frame(Rows.MacAddress destination, Rows.MacAddress source, IPEndPoint from, IPEndPoint to, byte flags)
    {
        var frame = new byte[Ethernet + IPv4 + Tcp];
        destination.CopyTo(frame);
        source.CopyTo(frame.AsSpan(6));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), IPv4Type);
        var ip = frame.AsSpan(Ethernet);
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], IPv4 + Tcp);
        (ip[8], ip[9]) = (Hops, TcpProtocol);
        from.Address.TryWriteBytes(ip[12..], out _);
        to.Address.TryWriteBytes(ip[16..], out _);
        var tcp = ip[IPv4..];
        BinaryPrimitives.WriteUInt16BigEndian(tcp, (ushort)from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], (ushort)to.Port);
        (tcp[12], tcp[13]) = (5 << 4, flags);
        return frame;
    }
}
