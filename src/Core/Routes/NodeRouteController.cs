using System.Net.Sockets;
using Cilium.Framework.Health;
using Cilium.Framework.Nodes;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Routes;

/// <summary>plan + node-ranges -> node-routes: this node's own ranges and, where the routing backend answers for them, those of other nodes.</summary>
/// <param name="hasRemote">The routing backend answers for routes to other nodes.</param>
/// <param name="plans">How packets leave this node.</param>
/// <param name="ranges">Whose ranges there are.</param>
/// <param name="routes">Written here only.</param>
/// <param name="health">Where to tell which range cannot be reached from here.</param>
internal sealed class NodeRouteController(
    bool hasRemote, IReadTable<string, DevicePlan> plans, IReadTable<IpPrefix, NodeRangeRow> ranges, DesiredTable<IpPrefix, NodeRouteRow> routes, IHealthReporter health) : IController
{
    /// <inheritdoc />
    public void Compute()
    {
        if (plans[DevicePlan.Key] is not { } plan)
            return;
        var (wanted, problems) = (plan.OwnRoutes().ToList(), new List<string>());
        foreach (var range in ranges.Where(range => hasRemote && !range.IsOwn))
        {
            if (plan.RouteTo(range) is { } route)
                wanted.Add(route);
            else
                problems.Add($"range {range.Cidr} of node {range.Node}: the node has no {Name(plan.Underlay ?? range.Cidr.Family)} address, by which it would be reached.");
        }

        routes.ReplaceAll(wanted);
        if (problems.Count == 0)
            health.Ok($"{wanted.Count} routes");
        else
            health.Degraded(string.Join(' ', problems));
    }

    private static string Name(AddressFamily family) => family == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4";
}
