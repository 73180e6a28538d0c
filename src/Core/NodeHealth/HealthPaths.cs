using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Nodes;

namespace Cilium.Framework.NodeHealth;

/// <summary>Which paths there are to a node from this one.</summary>
internal static class HealthPaths
{
    private static readonly AddressFamily[] Families = [AddressFamily.InterNetwork, AddressFamily.InterNetworkV6];
    private static readonly ProbeKind[] Kinds = [ProbeKind.Icmp, ProbeKind.Http];

    /// <summary>Paths to a node, with the address that each leads to. A family that either node lacks has none: there is nothing that could answer, or nobody who could ask.</summary>
    /// <param name="node">The node; may be this one.</param>
    /// <param name="self">This node; null: nothing is known of it yet.</param>
    public static IEnumerable<(HealthPath Path, IPAddress Address)> Of(NodeRow node, NodeRow? self)
    {
        if (self is null)
            yield break;
        foreach (var place in (HealthPlace[])[HealthPlace.Node, HealthPlace.Endpoint])
        {
            foreach (var family in Families)
            {
                if (Address(node, place, family) is not { } address || Address(self, place, family) is null)
                    continue;
                foreach (var kind in Kinds)
                    yield return (new HealthPath(node.Key, place, family == AddressFamily.InterNetworkV6, kind), address);
            }
        }
    }

    private static IPAddress? Address(NodeRow node, HealthPlace place, AddressFamily family) => place == HealthPlace.Node
        ? node.AddressOf(family)
        : family == AddressFamily.InterNetworkV6 ? node.IPv6Health : node.IPv4Health;
}
