using Cilium.Framework.Nodes;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routes;

/// <summary>Why a prefix must not be told to other routers by this node. Pure.</summary>
internal static class AdvertisementObjection
{
    /// <summary>What no router sends to another machine (IANA special-purpose registries: not globally reachable and not forwardable; multicast).</summary>
    private static readonly (IpPrefix Range, string Name)[] Special =
    [
        (IpPrefix.Parse("0.0.0.0/8"), "\"this network\""), (IpPrefix.Parse("127.0.0.0/8"), "loopback"), (IpPrefix.Parse("169.254.0.0/16"), "link-local"),
        (IpPrefix.Parse("224.0.0.0/4"), "multicast"), (IpPrefix.Parse("240.0.0.0/4"), "reserved"), (IpPrefix.Parse("::/127"), "unspecified or loopback"),
        (IpPrefix.Parse("fe80::/10"), "link-local"), (IpPrefix.Parse("ff00::/8"), "multicast"),
    ];

    /// <summary>In words, with what is accepted; null: nothing is to be said against it.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="self">This node.</param>
    /// <param name="nodes">Every node.</param>
    /// <param name="isDefaultMeant">Who asks says that a default route is meant.</param>
    public static string? Of(IpPrefix prefix, NodeKey self, IEnumerable<NodeRow> nodes, bool isDefaultMeant)
    {
        if (prefix.Length == 0)
            return isDefaultMeant ? null : $"{prefix} is the default route: a router that hears it may send this node whatever it has no better way for. Accepted: a longer prefix; or say that it is meant (--default-route).";
        foreach (var (range, name) in Special)
        {
            if (range.Contains(prefix))
                return $"{prefix} is {name} ({range}): no router sends it on. Accepted: a prefix of unicast addresses.";
        }

        foreach (var node in nodes.Where(node => node.Key != self).OrderBy(node => node.Key.ToString(), StringComparer.Ordinal))
        {
            foreach (var range in node.PodCidrs.Where(range => range.Contains(prefix)))
                return $"{prefix} lies in {range}, the range of node {node.Key}: packets to its pods would come here. Accepted: a prefix outside the ranges of other nodes; or advertise it on that node.";
        }

        return null;
    }
}
