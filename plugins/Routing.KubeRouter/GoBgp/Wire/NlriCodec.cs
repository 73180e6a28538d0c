using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.GoBgp.Wire;

/// <summary>A prefix as BGP has it on the wire: its length in bits, then as many bytes as these need (RFC 4271, 4.3; RFC 4760, 5).</summary>
internal static class NlriCodec
{
    private const int BitsPerByte = 8;

    public static byte[] Encode(IpPrefix prefix) => [(byte)prefix.Length, .. prefix.Address.GetAddressBytes().AsSpan(0, BytesOf(prefix.Length))];

    /// <param name="wire">One prefix and nothing else.</param>
    /// <param name="family">Whose.</param>
    /// <param name="prefix">The prefix; bits beyond its length are dropped, as RFC 4271 wants.</param>
    /// <returns>False: it is none.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> wire, AddressFamily family, out IpPrefix prefix)
    {
        prefix = default;
        Span<byte> address = stackalloc byte[family == AddressFamily.InterNetworkV6 ? 16 : 4];
        if (wire.IsEmpty || wire[0] > address.Length * BitsPerByte || wire.Length != 1 + BytesOf(wire[0]))
            return false;
        address.Clear();
        wire[1..].CopyTo(address);
        var first = new IPAddress(address);
        // One that maps IPv4 has no meaning as a route of IPv6.
        if (first.IsIPv4MappedToIPv6)
            return false;
        prefix = new(first, wire[0]);
        return true;
    }

    private static int BytesOf(int bits) => (bits + BitsPerByte - 1) / BitsPerByte;
}
