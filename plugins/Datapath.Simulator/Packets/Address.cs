using System.Buffers.Binary;
using System.Net;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Packets;

/// <summary>An address of a packet. Unlike <see cref="IpPrefix"/> it keeps IPv4-mapped IPv6 addresses apart from IPv4.</summary>
internal readonly record struct Address(UInt128 Bits, bool IsIPv6)
{
    private const uint FirstMulticast4 = 0xe0000000;

    public bool IsUnspecified => Bits == UInt128.Zero;

    public bool IsLinkLocal6 => IsIPv6 && (Bits >> 118) == 0x3fa;

    /// <summary>Stands for several receivers.</summary>
    public bool IsGroup => IsIPv6 ? (Bits >> 120) == 0xff : ((uint)Bits >> 28) == 0xe;

    /// <summary>Not a unicast address that can be routed: multicast, broadcast, loopback, unspecified, IPv6 link-local.</summary>
    public bool IsUnroutable
    {
        get
        {
            if (IsIPv6)
                return IsGroup || IsLinkLocal6 || Bits <= UInt128.One;
            var first = (uint)Bits >> 24;
            return (uint)Bits >= FirstMulticast4 || first is 127 or 0;
        }
    }

    public static Address Read(ReadOnlySpan<byte> bytes) => bytes.Length == 4
        ? new(BinaryPrimitives.ReadUInt32BigEndian(bytes), false)
        : new(BinaryPrimitives.ReadUInt128BigEndian(bytes), true);

    public static Address From(IPAddress address) => Read(address.GetAddressBytes());

    /// <summary>The address without what lies beyond the first <paramref name="length"/> bits.</summary>
    public Address Masked(int length)
    {
        var width = IsIPv6 ? 128 : 32;
        var rest = width - length;
        return this with { Bits = length == 0 ? UInt128.Zero : Bits >> rest << rest };
    }

    public void CopyTo(Span<byte> destination)
    {
        if (IsIPv6)
            BinaryPrimitives.WriteUInt128BigEndian(destination, Bits);
        else
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)Bits);
    }

    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[IsIPv6 ? 16 : 4];
        CopyTo(bytes);
        return new(bytes);
    }
}
