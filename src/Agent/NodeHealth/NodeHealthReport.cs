using Cilium.Framework.Agent.Hosting;
using Cilium.Framework.Client.Models;
using Cilium.Framework.NodeHealth;
using Cilium.Framework.Nodes;
using NodeHealthModel = Cilium.Framework.Client.Models.NodeHealth;

namespace Cilium.Framework.Agent.NodeHealth;

/// <summary>node-health as the API shows it.</summary>
internal static class NodeHealthReport
{
    /// <summary>Answer to <c>GET /framework/health</c>.</summary>
    /// <param name="enabled">This node probes.</param>
    /// <param name="self">This node.</param>
    /// <param name="nodes">Every node.</param>
    /// <param name="rows">What is known of their paths.</param>
    public static ClusterHealth Of(bool enabled, NodeKey self, IEnumerable<NodeRow> nodes, IEnumerable<NodeHealthRow> rows)
    {
        var paths = rows.ToLookup(row => row.Path.Node);
        List<NodeHealthModel> shown = enabled ? [.. nodes.Select(node => Node(node.Key, [.. paths[node.Key]])).OrderBy(node => node.Name, StringComparer.Ordinal)] : [];
        return new ClusterHealth
        {
            Enabled = enabled, Self = ClusterReport.Name(self), Nodes = shown, Reachable = shown.Count(node => node.State == Word(HealthPathState.Reachable)),
        };
    }

    /// <summary>The line of <c>cilium status</c>.</summary>
    /// <param name="enabled">This node probes.</param>
    /// <param name="nodes">Every node.</param>
    /// <param name="rows">What is known of their paths.</param>
    public static Status Summary(bool enabled, IReadOnlyCollection<NodeRow> nodes, IEnumerable<NodeHealthRow> rows)
    {
        if (!enabled)
            return new Status { State = "Disabled", Msg = "" };
        var (reachable, unknown) = Reachability.Count(nodes, rows);
        return new Status { State = reachable == nodes.Count ? "Ok" : "Warning", Msg = $"{reachable}/{nodes.Count} reachable" + (unknown == 0 ? "" : $", {unknown} unknown yet") };
    }

    private static NodeHealthModel Node(NodeKey key, IReadOnlyList<NodeHealthRow> rows) => new()
    {
        Name = ClusterReport.Name(key), State = Word(Reachability.Of(rows)), Host = Paths(rows, HealthPlace.Node), Endpoint = Paths(rows, HealthPlace.Endpoint),
    };

    private static IReadOnlyList<PathHealth> Paths(IEnumerable<NodeHealthRow> rows, HealthPlace place) =>
    [
        .. rows.Where(row => row.Path.Place == place).GroupBy(row => row.Path.IsIPv6).OrderBy(family => family.Key).Select(family => new PathHealth
        {
            Ip = family.First().Address.ToString(), Icmp = Connectivity(family.First(row => row.Path.Kind == ProbeKind.Icmp)), Http = Connectivity(family.First(row => row.Path.Kind == ProbeKind.Http)),
        }),
    ];

    private static ConnectivityStatus Connectivity(NodeHealthRow row) => new()
    {
        State = Word(row.State), Latency = row.Latency?.Ticks * TimeSpan.NanosecondsPerTick ?? 0, Status = row.Error, Since = row.Since, LastSuccess = row.LastSuccess,
    };

    private static string Word(HealthPathState state) => state switch { HealthPathState.Reachable => "reachable", HealthPathState.Unreachable => "unreachable", _ => "unknown" };
}
