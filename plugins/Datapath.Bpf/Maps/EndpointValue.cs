using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct endpoint</c>; its index is the endpoint's number (bpf/lib/endpoint.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EndpointValue
{
    public ulong Subject;
    public uint IfIndex;
    public uint ChangedAt;
    public Octets6 Mac;
    public Octets6 HostMac;
    public uint Ipv4;
    public WireAddress Ipv6;
    public uint Flags;
    public uint Reserved0;
    public uint Reserved1;
    public uint Reserved2;

    /// <summary>The endpoint exists.</summary>
    public readonly bool IsPresent => IfIndex != 0;

    public readonly NumericIdentity Identity => new((uint)Subject);

    /// <summary>Index of its policy; 0: everything is dropped.</summary>
    public readonly uint Policy => (uint)(Subject >> 32);

    /// <summary>What an endpoint's row asks for, its changed_at aside.</summary>
    public static EndpointValue From(EndpointRow row, uint policy)
    {
        EndpointValue value = default;
        value.Subject = row.Identity.Value | ((ulong)policy << 32);
        value.IfIndex = (uint)row.IfIndex;
        row.Mac.CopyTo(value.Mac);
        row.HostMac.CopyTo(value.HostMac);
        value.Ipv4 = WireAddress.From(row.IPv4).Word0;
        value.Ipv6 = WireAddress.From(row.IPv6);
        return value;
    }

    /// <summary>True when both have the same device number and addresses, so that connections of the one are those of the other.</summary>
    public readonly bool IsSamePlace(in EndpointValue other) =>
        IfIndex == other.IfIndex && Ipv4 == other.Ipv4 && Ipv6.Equals(other.Ipv6)
        && ((ReadOnlySpan<byte>)Mac).SequenceEqual(other.Mac) && ((ReadOnlySpan<byte>)HostMac).SequenceEqual(other.HostMac);

    /// <summary>The addresses as keys of the local map.</summary>
    public readonly IEnumerable<LocalKey> LocalKeys()
    {
        var (ipv4, ipv6) = (Ipv4, Ipv6);
        return Keys(ipv4, ipv6);

        static IEnumerable<LocalKey> Keys(uint ipv4, WireAddress ipv6)
        {
            if (ipv4 != 0)
                yield return new LocalKey { Address = new WireAddress { Word0 = ipv4 }, Family = WireAddress.FamilyIPv4 };
            if (!ipv6.IsZero)
                yield return new LocalKey { Address = ipv6, Family = WireAddress.FamilyIPv6 };
        }
    }

    [InlineArray(6)]
    public struct Octets6
    {
        private byte _first;
    }
}
