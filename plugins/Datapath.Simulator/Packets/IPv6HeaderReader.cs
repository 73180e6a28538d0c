using System.Buffers.Binary;

namespace Cilium.Framework.Datapath.Simulator.Packets;

/// <summary>Walks the extension headers of an IPv6 packet (RFC 8200 section 4; authentication header: RFC 4302).</summary>
internal static class IPv6HeaderReader
{
    private const int HeadersMax = 6;
    private const int HeadBytes = 8;
    private const byte HopByHop = 0, Routing = 43, Fragment = 44, Authentication = 51, DestinationOptions = 60;
    private const int MoreFragments = 1, FragmentOffset = 0xfff8;

    /// <summary>Finds the upper-layer header. Of a later fragment it finds what follows the fragment header.</summary>
    /// <param name="ip">The frame from its IPv6 header on.</param>
    /// <param name="total">Bytes of the packet, its header included.</param>
    /// <returns>The reason why it cannot be found, or None and its offset behind the Ethernet header.</returns>
    public static (DropReason Reason, int Offset) Walk(Packet packet, ReadOnlySpan<byte> ip, int total)
    {
        var offset = FrameLayout.IPv6;
        for (var i = 0; i < HeadersMax && IsExtension(packet.Protocol); i++)
        {
            if (offset + HeadBytes > total)
                return (DropReason.InvalidExtensionHeader, 0);
            var head = ip.Slice(offset, HeadBytes);
            if (packet.Protocol == Fragment && ReadFragment(packet, head))
                return (DropReason.None, offset + HeadBytes);
            offset += packet.Protocol switch
            {
                Fragment => HeadBytes,
                Authentication => (head[1] + 2) * 4,
                _ => (head[1] + 1) * 8,
            };
            packet.Protocol = head[0];
        }

        return IsExtension(packet.Protocol) || offset > total ? (DropReason.InvalidExtensionHeader, 0) : (DropReason.None, offset);
    }

    /// <returns>True for a later fragment, behind which no header is known.</returns>
    private static bool ReadFragment(Packet packet, ReadOnlySpan<byte> head)
    {
        var field = BinaryPrimitives.ReadUInt16BigEndian(head[2..]);
        (packet.FragmentProtocol, packet.FragmentId) = (head[0], BinaryPrimitives.ReadUInt32BigEndian(head[4..]));
        if ((field & FragmentOffset) != 0)
        {
            packet.Kind |= PacketKind.LaterFragment;
            return true;
        }

        if ((field & MoreFragments) != 0)
            packet.Kind |= PacketKind.FirstFragment;
        return false;
    }

    private static bool IsExtension(byte header) => header is HopByHop or Routing or Fragment or Authentication or DestinationOptions;
}
