using System.Buffers.Binary;

namespace Cilium.Framework.Agent.NodeHealth;

/// <summary>Echo requests and replies as raw sockets send and receive them (RFC 792, RFC 4443).</summary>
internal static class EchoMessage
{
    private const int HeaderLength = 8;
    private const byte RequestV4 = 8, ReplyV4 = 0, RequestV6 = 128, ReplyV6 = 129;

    /// <summary>A request.</summary>
    /// <param name="isIPv6">Family; the kernel fills in the checksum of ICMPv6.</param>
    /// <param name="identifier">Whose it is.</param>
    /// <param name="sequence">Which one.</param>
    public static byte[] Request(bool isIPv6, ushort identifier, ushort sequence)
    {
        byte[] packet = [isIPv6 ? RequestV6 : RequestV4, 0, 0, 0, 0, 0, 0, 0, .. "cilium-health"u8, 0];
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), identifier);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(6), sequence);
        if (!isIPv6)
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), Checksum(packet));
        return packet;
    }

    /// <summary>Which request a packet answers; null: none of this identifier's.</summary>
    /// <param name="isIPv6">Family; IPv4 packets begin with their IP header.</param>
    /// <param name="identifier">Whose replies are wanted.</param>
    /// <param name="packet">As received.</param>
    public static ushort? Sequence(bool isIPv6, ushort identifier, ReadOnlySpan<byte> packet)
    {
        if (!isIPv6)
        {
            if (packet.IsEmpty || (packet[0] & 15) * 4 is var start && start > packet.Length)
                return null;
            packet = packet[start..];
        }

        return packet.Length >= HeaderLength && packet[0] == (isIPv6 ? ReplyV6 : ReplyV4) && BinaryPrimitives.ReadUInt16BigEndian(packet[4..]) == identifier
            ? BinaryPrimitives.ReadUInt16BigEndian(packet[6..])
            : null;
    }

    /// <summary>RFC 1071, over an even number of bytes.</summary>
    private static ushort Checksum(ReadOnlySpan<byte> packet)
    {
        var sum = 0u;
        for (var i = 0; i + 1 < packet.Length; i += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(packet[i..]);
        while (sum >> 16 != 0)
            sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }
}
