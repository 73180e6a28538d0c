using System.Net;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Endpoints;

/// <summary>Addresses that a workload can have: those that a packet from another host can be sent to.</summary>
internal static class UnicastAddress
{
    private static readonly (IpPrefix Range, string Name)[] Others =
    [
        (IpPrefix.Parse("0.0.0.0/8"), "an address of \"this network\""), (IpPrefix.Parse("127.0.0.0/8"), "a loopback address"),
        (IpPrefix.Parse("224.0.0.0/4"), "a multicast address"), (IpPrefix.Parse("255.255.255.255/32"), "the broadcast address"),
        (IpPrefix.Parse("::/128"), "the unspecified address"), (IpPrefix.Parse("::1/128"), "the loopback address"),
        (IpPrefix.Parse("fe80::/10"), "a link-local address"), (IpPrefix.Parse("ff00::/8"), "a multicast address"),
    ];

    /// <summary>Why an address cannot be a workload's; null when it can.</summary>
    public static string? Problem(IPAddress address)
    {
        foreach (var (range, name) in Others)
        {
            if (range.Contains(address))
                return $"Address {address} is {name} ({range}). Accepted: a unicast address that other hosts can send to, such as one from POST /ipam. Nothing was changed.";
        }

        return null;
    }
}
