using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Ipam.HostScope;

/// <summary>A range by the numbers of its addresses; nothing is materialised, whatever its size.</summary>
internal sealed record AddressRange
{
    public AddressRange(IpPrefix cidr)
    {
        Cidr = cidr;
        First = cidr.Bits;
        var bits = (cidr.IsIPv6 ? 128 : 32) - cidr.Length;
        Last = bits == 128 ? UInt128.MaxValue : First + ((UInt128.One << bits) - 1);
    }

    public IpPrefix Cidr { get; }

    /// <summary>The network's own address (of IPv6: the routers' anycast address).</summary>
    public UInt128 First { get; }

    public UInt128 Last { get; }

    public UInt128 Gateway => First + 1;

    /// <summary>First address that is handed out.</summary>
    public UInt128 FirstUsable => First + 2;

    /// <summary>Last address that is handed out: IPv4 keeps the broadcast address back, IPv6 has none.</summary>
    public UInt128 LastUsable => Cidr.IsIPv6 ? Last : Last - 1;

    /// <summary>Whether there is room for a gateway and an endpoint.</summary>
    public bool IsLargeEnough => Cidr.Length <= (Cidr.IsIPv6 ? 126 : 30);

    /// <summary>Number of addresses that can be handed out.</summary>
    public long Capacity => LastUsable - FirstUsable >= long.MaxValue ? long.MaxValue : (long)(LastUsable - FirstUsable) + 1;

    public bool IsUsable(UInt128 number) => number >= FirstUsable && number <= LastUsable;

    public bool Overlaps(AddressRange other) => Cidr.Contains(other.Cidr) || other.Cidr.Contains(Cidr);

    public IPAddress AddressOf(UInt128 number)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return new IPAddress(Cidr.Family == AddressFamily.InterNetworkV6 ? bytes : bytes[12..]);
    }

    public static UInt128 NumberOf(IPAddress address) => IpPrefix.Host(address).Bits;
}
