using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct address</c>: sixteen octets in transmission order; IPv4 in the first four (bpf/lib/address.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct WireAddress : IEquatable<WireAddress>
{
    public const byte FamilyIPv4 = 4;
    public const byte FamilyIPv6 = 6;

    public uint Word0;
    public uint Word1;
    public uint Word2;
    public uint Word3;

    /// <summary>All zero for null.</summary>
    public static WireAddress From(IPAddress? address)
    {
        WireAddress wire = default;
        address?.TryWriteBytes(MemoryMarshal.AsBytes(new Span<WireAddress>(ref wire)), out _);
        return wire;
    }

    public static byte FamilyOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? FamilyIPv6 : FamilyIPv4;

    /// <summary>The address read as one of a family; null for a family that is neither.</summary>
    public readonly IPAddress? ToIPAddress(byte family)
    {
        var bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<WireAddress>(in this));
        return family switch
        {
            FamilyIPv4 => new IPAddress(bytes[..4]),
            FamilyIPv6 => new IPAddress(bytes),
            _ => null,
        };
    }

    public readonly bool IsZero => (Word0 | Word1 | Word2 | Word3) == 0;

    public readonly bool Equals(WireAddress other) => Word0 == other.Word0 && Word1 == other.Word1 && Word2 == other.Word2 && Word3 == other.Word3;

    public override readonly bool Equals(object? obj) => obj is WireAddress other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(Word0, Word1, Word2, Word3);
}
