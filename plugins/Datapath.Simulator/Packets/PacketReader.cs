using System.Buffers.Binary;
using Cilium.Framework.Datapath.Simulator.Tables;

namespace Cilium.Framework.Datapath.Simulator.Packets;

/// <summary>Reads a frame as far as the datapath judges by it. The addresses are filled whenever their header is there, also when the rest is wrong.</summary>
internal sealed class PacketReader(FragmentTable fragments, SimulatorClock clock, bool ipv4, bool ipv6)
{
    private const int MoreFragments4 = 0x2000, FragmentOffset4 = 0x1fff;

    /// <returns>None, or why the packet cannot be judged.</returns>
    public DropReason Read(Packet packet)
    {
        if (IsIPv4(packet))
            return ReadIPv4(packet);
        return IsIPv6(packet) ? ReadIPv6(packet) : DropReason.UnsupportedL3;
    }

    public bool IsIPv4(Packet packet) => ipv4 && EtherTypeOf(packet) == FrameLayout.EtherTypeIPv4;

    public bool IsIPv6(Packet packet) => ipv6 && EtherTypeOf(packet) == FrameLayout.EtherTypeIPv6;

    public bool IsArp(Packet packet) => ipv4 && EtherTypeOf(packet) == FrameLayout.EtherTypeArp;

    /// <summary>Reads nothing but the addresses.</summary>
    /// <returns>False when it is not an IP packet.</returns>
    public bool ReadAddresses(Packet packet)
    {
        var ip = packet.Frame.Span[FrameLayout.Ethernet..];
        if (IsIPv4(packet) && ip.Length >= FrameLayout.IPv4)
        {
            packet.SourceAddress = Address.Read(ip[12..16]);
            packet.DestinationAddress = Address.Read(ip[16..20]);
        }
        else if (IsIPv6(packet) && ip.Length >= FrameLayout.IPv6)
        {
            packet.SourceAddress = Address.Read(ip[8..24]);
            packet.DestinationAddress = Address.Read(ip[24..40]);
        }

        return packet.HasAddresses;
    }

    private static ushort EtherTypeOf(Packet packet) => BinaryPrimitives.ReadUInt16BigEndian(packet.Frame.Span[FrameLayout.EtherTypeOffset..]);

    private DropReason ReadIPv4(Packet packet)
    {
        if (!ReadAddresses(packet))
            return DropReason.InvalidPacket;
        var ip = packet.Frame.Span[FrameLayout.Ethernet..];
        packet.Protocol = ip[9];
        int header = (ip[0] & 0xf) * 4, total = BinaryPrimitives.ReadUInt16BigEndian(ip[2..]);
        if (ip[0] >> 4 != 4 || header < FrameLayout.IPv4 || total < header || total > ip.Length)
            return DropReason.InvalidPacket;
        packet.L4Offset = FrameLayout.Ethernet + header;

        int fragment = BinaryPrimitives.ReadUInt16BigEndian(ip[6..]);
        if ((fragment & (FragmentOffset4 | MoreFragments4)) != 0)
        {
            (packet.FragmentId, packet.FragmentProtocol) = (BinaryPrimitives.ReadUInt16BigEndian(ip[4..]), packet.Protocol);
            if ((fragment & FragmentOffset4) != 0)
                return RecallFragment(packet);
            packet.Kind |= PacketKind.FirstFragment;
        }

        return L4Reader.Read(packet, total - header);
    }

    private DropReason ReadIPv6(Packet packet)
    {
        if (!ReadAddresses(packet))
            return DropReason.InvalidPacket;
        var ip = packet.Frame.Span[FrameLayout.Ethernet..];
        packet.Protocol = ip[6];
        var total = FrameLayout.IPv6 + BinaryPrimitives.ReadUInt16BigEndian(ip[4..]);
        if (ip[0] >> 4 != 6 || total > ip.Length)
            return DropReason.InvalidPacket;
        var (reason, offset) = IPv6HeaderReader.Walk(packet, ip, total);
        if (reason != DropReason.None)
            return reason;
        packet.L4Offset = FrameLayout.Ethernet + offset;
        return packet.Is(PacketKind.LaterFragment) ? RecallFragment(packet) : L4Reader.Read(packet, total - offset);
    }

    private DropReason RecallFragment(Packet packet)
    {
        packet.Kind |= PacketKind.LaterFragment;
        if (fragments.Find(packet.Fragment, clock.Now) is not { } first)
            return DropReason.FragmentNotTracked;
        (packet.SourcePort, packet.DestinationPort, packet.Protocol) = (first.SourcePort, first.DestinationPort, first.Protocol);
        return DropReason.None;
    }
}
