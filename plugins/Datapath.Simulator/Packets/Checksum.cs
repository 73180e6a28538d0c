using System.Buffers.Binary;

namespace Cilium.Framework.Datapath.Simulator.Packets;

/// <summary>Internet checksums (RFC 1071).</summary>
internal static class Checksum
{
    /// <summary>Sum of an area of even length, added to another sum; not folded.</summary>
    public static uint Sum(ReadOnlySpan<byte> area, uint sum = 0)
    {
        for (var i = 0; i < area.Length; i += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(area[i..]);
        return sum;
    }

    /// <summary>The value for the checksum field.</summary>
    public static ushort Finish(uint sum)
    {
        while (sum > ushort.MaxValue)
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        return (ushort)~sum;
    }

    /// <summary>Keeps an IPv4 header's checksum as right or wrong as it was when its TTL goes down by one (RFC 1624).</summary>
    public static void OneHopLess(Span<byte> field)
    {
        var sum = BinaryPrimitives.ReadUInt16BigEndian(field) + 0x0100u;
        BinaryPrimitives.WriteUInt16BigEndian(field, (ushort)(sum + (sum >= ushort.MaxValue ? 1u : 0u)));
    }
}
