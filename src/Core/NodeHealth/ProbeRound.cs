using Cilium.Framework.Nodes;

namespace Cilium.Framework.NodeHealth;

/// <summary>Whose turn it is: every node once in a round, in the order of the names, beginning behind this one.</summary>
/// <remarks>Every node begins elsewhere, and one that is new gets its turn where its name stands: so it is not probed by all others at once.</remarks>
/// <param name="self">This node.</param>
internal sealed class ProbeRound(NodeKey self)
{
    private static readonly Comparer<NodeKey> Order = Comparer<NodeKey>.Create(
        (left, right) => string.CompareOrdinal(left.Cluster, right.Cluster) is not 0 and var order ? order : string.CompareOrdinal(left.Name, right.Name));

    private NodeKey _last = self;
    private List<NodeKey> _nodes = [];

    /// <summary>Number of nodes.</summary>
    public int Count => _nodes.Count;

    /// <summary>Sets who takes part.</summary>
    /// <param name="nodes">Every node, in any order.</param>
    public void Set(IEnumerable<NodeKey> nodes) => _nodes = [.. nodes.Order(Order)];

    /// <summary>The next node; null: there is none.</summary>
    public NodeKey? Next()
    {
        if (_nodes.Count == 0)
            return null;
        var found = _nodes.BinarySearch(_last, Order);
        var next = found < 0 ? ~found : found + 1;
        return _last = _nodes[next % _nodes.Count];
    }
}
