using System.Net.Sockets;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Configuration;
using Cilium.Framework.Nodes;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Agent.Hosting;

/// <summary>The nodes in the answer to <c>GET /healthz</c>, as Cilium has them.</summary>
internal static class ClusterReport
{
    public static ClusterStatus Of(NodeKey self, IEnumerable<NodeRow> nodes) => new()
    {
        Self = Name(self),
        Nodes = [.. nodes.OrderBy(node => Name(node.Key), StringComparer.Ordinal).Select(node => new ClusterNode
        {
            Name = Name(node.Key),
            PrimaryAddress = new NodeAddressing { Ipv4 = Element(node, AddressFamily.InterNetwork, node.IPv4PodCidr), Ipv6 = Element(node, AddressFamily.InterNetworkV6, node.IPv6PodCidr) },
        })],
    };

    /// <summary>Nodes of the default cluster are called by their name alone (Cilium facts 3a).</summary>
    internal static string Name(NodeKey key) => key.Cluster == AgentOptions.DefaultClusterName ? key.Name : key.ToString();

    /// <summary>A family in which the node has neither address nor range is off there.</summary>
    private static NodeAddressingElement Element(NodeRow node, AddressFamily family, IpPrefix? range)
    {
        var address = node.AddressOf(family);
        return new NodeAddressingElement { Enabled = address is not null || range is not null, Ip = address?.ToString() ?? "", AllocRange = range?.ToString() ?? "" };
    }
}
