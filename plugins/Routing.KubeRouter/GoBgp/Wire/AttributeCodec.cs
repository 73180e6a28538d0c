using System.Buffers.Binary;
using System.Net;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.GoBgp.Wire;

/// <summary>A route's attributes as BGP has them on the wire: flags, type, length, value (RFC 4271, 4.3; RFC 4760, 3).</summary>
internal static class AttributeCodec
{
    private const byte Optional = 0x80, Transitive = 0x40, ExtendedLength = 0x10;
    private const byte Origin = 1, AsPath = 2, NextHop = 3, MpReach = 14;
    private const int ShortHeader = 3, LongHeader = 4;
    private const byte LargeCommunities = 32;
    private const byte IPv6Family = 2, Unicast = 1;

    /// <summary>Three numbers of four bytes (RFC 8092, 3).</summary>
    private const int LargeCommunityLength = 12;

    /// <summary>
    /// The large community 4200017222:161:1, on everything that is advertised from here: GoBGP notes nobody's name on a route, and what kube-router
    /// advertises must never be withdrawn. The first number is of those for private use (RFC 6996), the others are an own choice.
    /// </summary>
    private static readonly byte[] MarkCommunity = [.. Number(4_200_017_222), .. Number(161), .. Number(1)];

    /// <summary>The attributes of a route that begins here: origin IGP and next hop. The path is empty, and written by the speaker when it leaves the AS.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="nextHop">Of the prefix's family.</param>
    public static IEnumerable<byte[]> Encode(IpPrefix prefix, IPAddress nextHop)
    {
        var address = nextHop.GetAddressBytes();
        yield return [Transitive, Origin, 1, (byte)BgpOrigin.Igp];
        if (!prefix.IsIPv6)
        {
            yield return [Transitive, NextHop, (byte)address.Length, .. address];
            yield break;
        }

        byte[] value = [0, IPv6Family, Unicast, (byte)address.Length, .. address, 0, .. NlriCodec.Encode(prefix)];
        yield return [Optional, MpReach, (byte)value.Length, .. value];
    }

    /// <summary>The attribute that tells what was advertised from here. Peers pass it on and make nothing of it.</summary>
    public static byte[] Mark() => [Optional | Transitive, LargeCommunities, LargeCommunityLength, .. MarkCommunity];

    /// <summary>Adds what one attribute says.</summary>
    /// <param name="wire">One attribute and nothing else.</param>
    /// <param name="known">What those before said.</param>
    /// <returns>False: it is none, or one that is used here and damaged. Attributes that are not used here are accepted unread.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> wire, ref PathAttributes known)
    {
        if (!TryGetValue(wire, out var type, out var value))
            return false;
        switch (type)
        {
            case Origin:
                if (value.Length != 1 || value[0] > (byte)BgpOrigin.Incomplete)
                    return false;
                known = known with { Origin = (BgpOrigin)value[0] };
                return true;
            case AsPath:
                if (AsPathCodec.Decode(value) is not { } path)
                    return false;
                known = known with { AsPath = path };
                return true;
            case NextHop:
                if (value.Length != 4)
                    return false;
                known = known with { NextHop = new IPAddress(value) };
                return true;
            case MpReach:
                if (ReadNextHop(value) is not { } nextHop)
                    return false;
                known = known with { NextHop = nextHop };
                return true;
            case LargeCommunities:
                known = known with { HasMark = HoldsMark(value) };
                return true;
            default:
                return true;
        }
    }

    private static byte[] Number(uint value)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static bool HoldsMark(ReadOnlySpan<byte> communities)
    {
        for (; communities.Length >= LargeCommunityLength; communities = communities[LargeCommunityLength..])
        {
            if (communities[..LargeCommunityLength].SequenceEqual(MarkCommunity))
                return true;
        }

        return false;
    }

    private static bool TryGetValue(ReadOnlySpan<byte> wire, out byte type, out ReadOnlySpan<byte> value)
    {
        type = 0;
        value = default;
        if (wire.Length < ShortHeader)
            return false;
        type = wire[1];
        var isLong = (wire[0] & ExtendedLength) != 0;
        if (isLong && wire.Length < LongHeader)
            return false;
        var length = isLong ? BinaryPrimitives.ReadUInt16BigEndian(wire[2..]) : wire[2];
        value = wire[(isLong ? LongHeader : ShortHeader)..];
        return value.Length == length;
    }

    // Family (2), kind (1), length of the next hop (1), the next hop; two of IPv6 are a global and a link-local one.
    private static IPAddress? ReadNextHop(ReadOnlySpan<byte> value)
    {
        const int Before = 4;
        if (value.Length < Before || value.Length < Before + value[3])
            return null;
        var address = value.Slice(Before, value[3]);
        return address.Length switch
        {
            4 or 16 => new IPAddress(address),
            32 => new IPAddress(address[..16]),
            _ => null,
        };
    }
}
