using Cilium.Framework.Nodes;

namespace Cilium.Framework.NodeHealth;

/// <summary>node-health in one word per node.</summary>
internal static class Reachability
{
    /// <summary>Whether a node is reachable: every path that this node can probe has answered, and there is one.</summary>
    /// <param name="paths">Rows of the node.</param>
    /// <returns>Unreachable as soon as one path is; unknown while nothing failed and something was never probed, or where nothing can be probed at all.</returns>
    public static HealthPathState Of(IReadOnlyCollection<NodeHealthRow> paths)
    {
        if (paths.Any(row => row.State == HealthPathState.Unreachable))
            return HealthPathState.Unreachable;
        var awaited = paths.Any(row => row is { State: HealthPathState.Unknown, Error: "" });
        return !awaited && paths.Any(row => row.State == HealthPathState.Reachable) ? HealthPathState.Reachable : HealthPathState.Unknown;
    }

    /// <summary>How many of the nodes are reachable, and of how many it is not known yet.</summary>
    /// <param name="nodes">Every node.</param>
    /// <param name="rows">Rows of all nodes.</param>
    public static (int Reachable, int Unknown) Count(IEnumerable<NodeRow> nodes, IEnumerable<NodeHealthRow> rows)
    {
        var paths = rows.ToLookup(row => row.Path.Node);
        var states = nodes.Select(node => Of([.. paths[node.Key]])).ToLookup(state => state);
        return (states[HealthPathState.Reachable].Count(), states[HealthPathState.Unknown].Count());
    }
}
