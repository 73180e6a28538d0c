using System.Globalization;
using System.Net;

namespace Cilium.Framework.Lab;

/// <summary>What a node is given: its addresses on the segment, and the ranges of its pods.</summary>
/// <param name="IPv4">Its own address, of a /24 (RFC 5737 test network).</param>
/// <param name="IPv6">Its own address, of a /64 (RFC 3849 documentation network).</param>
/// <param name="PodIPv4">Addresses of its pods.</param>
/// <param name="PodIPv6">Addresses of its pods.</param>
public sealed record LabPlace(IPAddress IPv4, IPAddress IPv6, IPNetwork PodIPv4, IPNetwork PodIPv6)
{
    private const int First = 10;

    /// <summary>The place of a node that is alone (0), or of one of several (1 and up).</summary>
    /// <param name="number">0..99; 100..145 are for machines that are no nodes.</param>
    public static LabPlace Of(int number) => new(
        IPAddress.Parse(Text($"192.0.2.{First + number}")), IPAddress.Parse(Text($"2001:db8::{First + number}")),
        IPNetwork.Parse(Text($"10.1.{number}.0/24")), IPNetwork.Parse(Text($"fd00:1:{number}::/64")));

    /// <summary>The place of a node behind a router: its own address is in a /24 (of RFC 2544's test network) and a /64 of its own. The pods' ranges are those of <see cref="Of"/>.</summary>
    /// <param name="number">0..145.</param>
    public static LabPlace InOwnSubnet(int number) => Of(number) with
    {
        // From 100 on, away from the servers' 2001:db8::/64.
        IPv4 = IPAddress.Parse(Text($"198.18.{number}.{First}")), IPv6 = IPAddress.Parse(Text($"2001:db8:{100 + number}::{First}")),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
