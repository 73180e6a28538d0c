namespace Cilium.Framework.Lab.Traffic;

/// <summary>Echo requests of ICMP (RFC 792) and ICMPv6 (RFC 4443) for raw sockets.</summary>
public static class EchoRequest
{
    /// <summary>Octets before the payload.</summary>
    public const int HeaderLength = 8;

    /// <summary>One with the sequence number 1.</summary>
    /// <param name="v6">True: ICMPv6.</param>
    /// <param name="identifier">What the reply repeats.</param>
    /// <param name="payload">What the reply repeats too.</param>
    public static byte[] Of(bool v6, ushort identifier, ReadOnlySpan<byte> payload)
    {
        byte[] packet = [(byte)(v6 ? 128 : 8), 0, 0, 0, (byte)(identifier >> 8), (byte)identifier, 0, 1, .. payload];
        if (v6)
            return packet; // The kernel fills in the checksum of ICMPv6 sockets.
        var sum = 0;
        for (var i = 0; i < packet.Length; i += 2)
            sum += (packet[i] << 8) | (i + 1 < packet.Length ? packet[i + 1] : 0);
        while (sum >> 16 != 0)
            sum = (sum & 0xffff) + (sum >> 16);
        (packet[2], packet[3]) = ((byte)(~sum >> 8), (byte)~sum);
        return packet;
    }

    /// <summary>Whether what a raw socket got is the reply. IPv4 sockets get the IP header too.</summary>
    /// <param name="v6">True: ICMPv6.</param>
    /// <param name="identifier">Of the request.</param>
    /// <param name="received">What was received.</param>
    public static bool IsAnsweredBy(bool v6, ushort identifier, ReadOnlySpan<byte> received)
    {
        var icmp = received.Slice(v6 ? 0 : (received[0] & 15) * 4, HeaderLength);
        return icmp[0] == (v6 ? 129 : 0) && ((icmp[4] << 8) | icmp[5]) == identifier;
    }
}
