using System.Net.Sockets;
using Cilium.Framework.Health;
using Cilium.Framework.Prefixes;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Nodes;

/// <summary>nodes -> node-ranges: of several nodes that claim a range this node comes first, then who had it, then the first by name.</summary>
/// <remarks>A range that overlaps another's or holds the address of a node is left out, and reported: packets to a node must never be taken for packets to a pod.</remarks>
/// <param name="self">This node.</param>
/// <param name="nodes">Every node.</param>
/// <param name="ranges">Written here only.</param>
/// <param name="health">Where to tell what was left out.</param>
internal sealed class NodeRangeController(NodeKey self, IReadTable<NodeKey, NodeRow> nodes, IWriteTable<IpPrefix, NodeRangeRow> ranges, IHealthReporter health) : IController
{
    private const int NamedProblems = 5;

    /// <inheritdoc />
    public void Compute()
    {
        var (taken, accepted, problems) = (new PrefixSet<NodeKey>(), new List<NodeRangeRow>(), new List<string>());
        var addresses = NodeAddresses();
        foreach (var (cidr, node) in Claims())
        {
            if (addresses.Inside(cidr).FirstOrDefault() is { Value: not null } inside)
                problems.Add($"range {cidr} of node {node.Key} holds {inside.Prefix.Address}, the address of node {inside.Value.Key}. It is left out. Give the node's endpoints a range apart from the network of the nodes.");
            else if (taken.TryAdd(cidr, node.Key, out var met))
                accepted.Add(new NodeRangeRow(cidr, node.Key, node.Key == self, node.AddressOf(AddressFamily.InterNetwork), node.AddressOf(AddressFamily.InterNetworkV6)));
            else
                problems.Add($"range {cidr} of node {node.Key} overlaps {Winner(met.Value.Prefix, met.Value.Value)}. Give every node a range of its own.");
        }

        ranges.ReplaceAll(accepted);
        Report(problems, accepted.Count);
    }

    private string Winner(IpPrefix cidr, NodeKey owner) => owner == self
        ? $"{cidr}, which this node uses itself. It is left out here; other nodes keep the one that they knew first, and may not reach this node's endpoints"
        : $"{cidr} of node {owner}, which comes first. It is left out";

    private IEnumerable<(IpPrefix Cidr, NodeRow Node)> Claims() => nodes
        .SelectMany(node => node.PodCidrs, (node, cidr) => (Cidr: cidr, Node: node))
        .OrderBy(claim => claim.Node.Key == self ? 0 : ranges[claim.Cidr]?.Node == claim.Node.Key ? 1 : 2)
        .ThenBy(claim => claim.Node.Key.ToString(), StringComparer.Ordinal)
        .ThenBy(claim => claim.Cidr);

    // A node's address among its endpoints' is one of theirs by nature.
    private PrefixIndex<NodeRow> NodeAddresses() => new(nodes.SelectMany(
        node => node.Addresses.Where(address => address.Type is NodeAddress.Internal or NodeAddress.External), (node, address) => (IpPrefix.Host(address.Address), node)));

    private void Report(List<string> problems, int accepted)
    {
        if (problems.Count == 0)
        {
            health.Ok($"{accepted} ranges");
            return;
        }

        var more = problems.Count > NamedProblems ? $" And {problems.Count - NamedProblems} more." : "";
        health.Degraded(string.Join(' ', problems.Take(NamedProblems)) + more);
    }
}
