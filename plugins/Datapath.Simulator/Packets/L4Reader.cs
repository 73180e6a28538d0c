using System.Buffers.Binary;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Packets;

/// <summary>Reads what stands behind the IP headers: ports, TCP flags, the kind of an ICMP message.</summary>
internal static class L4Reader
{
    private const int TcpWordsMin = 5;

    /// <param name="room">Bytes of the packet from its L4 header on.</param>
    public static DropReason Read(Packet packet, int room)
    {
        var l4 = packet.Frame.Span[packet.L4Offset..];
        return (packet.IpProtocol, packet.Source.IsIPv6) switch
        {
            (IpProtocol.Tcp, _) => ReadTcp(packet, l4, room),
            (IpProtocol.Udp, _) => ReadUdp(packet, l4, room),
            (IpProtocol.Icmp, false) or (IpProtocol.IcmpV6, true) => ReadIcmp(packet, l4, room),
            _ => DropReason.UnknownL4Protocol,
        };
    }

    /// <summary>Fills the ports of TCP and UDP.</summary>
    public static void ReadPorts(Packet packet, ReadOnlySpan<byte> l4) =>
        (packet.SourcePort, packet.DestinationPort) = (BinaryPrimitives.ReadUInt16BigEndian(l4), BinaryPrimitives.ReadUInt16BigEndian(l4[2..]));

    private static DropReason ReadTcp(Packet packet, ReadOnlySpan<byte> l4, int room)
    {
        if (room < FrameLayout.Tcp || l4[12] >> 4 < TcpWordsMin)
            return DropReason.TruncatedHeader;
        ReadPorts(packet, l4);
        packet.TcpFlags = (TcpFlags)l4[13];
        return DropReason.None;
    }

    private static DropReason ReadUdp(Packet packet, ReadOnlySpan<byte> l4, int room)
    {
        if (room < FrameLayout.Short)
            return DropReason.TruncatedHeader;
        ReadPorts(packet, l4);
        return DropReason.None;
    }

    private static DropReason ReadIcmp(Packet packet, ReadOnlySpan<byte> l4, int room)
    {
        if (room < FrameLayout.Short)
            return DropReason.TruncatedHeader;
        (packet.IcmpType, packet.IcmpCode) = (l4[0], l4[1]);
        return IcmpTypes.Classify(packet, BinaryPrimitives.ReadUInt16BigEndian(l4[4..]));
    }
}
