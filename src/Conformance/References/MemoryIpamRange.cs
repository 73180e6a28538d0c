using System.Buffers.Binary;
using System.Net;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.References;

/// <summary>Which address of a range comes next: those never given out in their order, then those released, the longest ago first.</summary>
internal sealed class MemoryIpamRange(IpPrefix cidr)
{
    private const int FirstForEndpoints = 2;

    private readonly List<IPAddress> _released = [];
    private readonly UInt128 _size = UInt128.One << ((cidr.IsIPv6 ? 128 : 32) - cidr.Length);
    private UInt128 _next = FirstForEndpoints;

    public IpPrefix Cidr { get; } = cidr;

    public IPAddress Gateway => AddressAt(1);

    public long Capacity => End - FirstForEndpoints > long.MaxValue ? long.MaxValue : (long)(End - FirstForEndpoints);

    /// <summary>IPv4 keeps its broadcast address back.</summary>
    private UInt128 End => Cidr.IsIPv6 ? _size : _size - 1;

    public bool IsForEndpoints(IPAddress address) => Cidr.Contains(address) && IpPrefix.Host(address).Bits - Cidr.Bits is var place && place >= FirstForEndpoints && place < End;

    public IPAddress? Next(Func<IPAddress, bool> isTaken)
    {
        for (; _next < End; _next++)
        {
            var candidate = AddressAt(_next);
            if (!isTaken(candidate) && !_released.Contains(candidate))
                return candidate;
        }

        return _released.FirstOrDefault(address => !isTaken(address));
    }

    public void Given(IPAddress address) => _released.Remove(address);

    public void Released(IPAddress address)
    {
        if (IsForEndpoints(address))
            _released.Add(address);
    }

    private IPAddress AddressAt(UInt128 place)
    {
        Span<byte> octets = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(octets, Cidr.Bits + place);
        return new(Cidr.IsIPv6 ? octets : octets[12..]);
    }
}
