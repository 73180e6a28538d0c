using System.Buffers.Binary;
using Cilium.Framework.Datapath.Simulator.Packets;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Judging;

/// <summary>The packet that an ICMP error quotes, of which eight bytes of L4 must be there (RFC 792, RFC 4443 section 3).</summary>
internal static class IcmpQuote
{
    private const int FragmentOffset4 = 0x1fff;

    public static DropReason Read(Packet error, out Packet quoted)
    {
        quoted = new Packet(error.Frame);
        var at = error.L4Offset + FrameLayout.Short;
        if (at > error.Length || !(error.Source.IsIPv6 ? ReadIPv6(quoted, at) : ReadIPv4(quoted, at)))
            return DropReason.TruncatedHeader;
        if (quoted.L4Offset + FrameLayout.Short > error.Length)
            return DropReason.TruncatedHeader;

        var l4 = error.Frame.Span[quoted.L4Offset..];
        if (quoted.IpProtocol is IpProtocol.Tcp or IpProtocol.Udp)
        {
            L4Reader.ReadPorts(quoted, l4);
            return DropReason.None;
        }

        if ((quoted.IpProtocol, quoted.Source.IsIPv6) is (IpProtocol.Icmp, false) or (IpProtocol.IcmpV6, true))
        {
            quoted.IcmpType = l4[0];
            // A type that nobody knows has no connection; that it is unknown does not matter here.
            IcmpTypes.Classify(quoted, BinaryPrimitives.ReadUInt16BigEndian(l4[4..]));
        }

        return DropReason.None;
    }

    private static bool ReadIPv4(Packet quoted, int at)
    {
        var ip = quoted.Frame.Span[at..];
        if (ip.Length < FrameLayout.IPv4 || ip[0] >> 4 != 4 || (ip[0] & 0xf) * 4 < FrameLayout.IPv4)
            return false;
        (quoted.SourceAddress, quoted.DestinationAddress, quoted.Protocol) = (Address.Read(ip[12..16]), Address.Read(ip[16..20]), ip[9]);
        quoted.L4Offset = at + ((ip[0] & 0xf) * 4);
        if ((BinaryPrimitives.ReadUInt16BigEndian(ip[6..]) & FragmentOffset4) != 0)
            quoted.Kind = PacketKind.LaterFragment;
        return true;
    }

    private static bool ReadIPv6(Packet quoted, int at)
    {
        var ip = quoted.Frame.Span[at..];
        if (ip.Length < FrameLayout.IPv6 || ip[0] >> 4 != 6)
            return false;
        (quoted.SourceAddress, quoted.DestinationAddress, quoted.Protocol) = (Address.Read(ip[8..24]), Address.Read(ip[24..40]), ip[6]);
        quoted.L4Offset = at + FrameLayout.IPv6;
        return true;
    }
}
