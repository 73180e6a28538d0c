using System.Net;
using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Conformance.Reconciliation;
using Cilium.Framework.Errors;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.Routing;

/// <summary>What the target of node routes must do, with rows for this node's own ranges. A backend that claims <c>RemoteNodes</c> derives from <see cref="RemoteRouteTargetConformance"/> too.</summary>
public abstract class RouteTargetConformance : TargetConformance<NodeRouteRow>
{
    /// <summary>A device that exists where the target works, for routes of this node.</summary>
    protected abstract string Device { get; }

    /// <inheritdoc />
    protected override IReadOnlyList<NodeRouteRow> Rows => [Row("10.44.0.0/24"), Row("10.45.0.0/24"), Row("fd44::/64")];

    /// <inheritdoc />
    protected override NodeRouteRow Changed(NodeRouteRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row with { Mtu = row.Mtu - 100 };
    }

    /// <summary>Makes a route of somebody else to a range, as a routing daemon would; false when there can be none. <see cref="TargetConformance{TRow}.ForeignIsThereAsync"/> is asked for it afterwards.</summary>
    /// <param name="range">The range.</param>
    protected virtual ValueTask<bool> AddForeignRouteAsync(IpPrefix range) => ValueTask.FromResult(false);

    /// <summary>A range that has a route of somebody else is a conflict.</summary>
    [Fact]
    public async Task A_range_that_somebody_else_routes_is_a_conflict_and_stays_as_it_is()
    {
        var promise = new Promise(
            "IRoutingBackend marks every kernel object it makes as its own and never touches others: a range that somebody else routes is a failed row of the kind Conflict.",
            "a replace without a look at whose the route is, or a delete by prefix alone.");
        if (!await AddForeignRouteAsync(Rows[0].PodCidr))
        {
            NotApplicable("AddForeignRouteAsync gives false: there can be no routes of others");
            return;
        }

        var before = await SeenAsync();
        var outcomes = await TryAsync(Upsert(Rows[0]), Upsert(Rows[1]));
        promise.Kept(!outcomes[0].IsDone && outcomes[0].Kind == ErrorKind.Conflict, () => $"{Rows[0].PodCidr} gave {(outcomes[0].IsDone ? "Done" : $"{outcomes[0].Kind}: {outcomes[0].Error}")}.");
        promise.Kept(outcomes[1].IsDone, () => $"the row after it failed too: {outcomes[1].Error}");
        await ApplyAsync(promise, Delete(Rows[1]));
        await ApplyAsync(promise, Delete(Rows[0]));
        await PruneAsync(Target);
        promise.Kept(await ForeignIsThereAsync(), () => $"the route of somebody else to {Rows[0].PodCidr} is gone or changed.");
        promise.Same(before, await SeenAsync(), "what is observed at the end");
    }

    /// <summary>A route of this node.</summary>
    /// <param name="cidr">The range.</param>
    /// <param name="source">Preferred source address, which the node must have.</param>
    protected NodeRouteRow Row(string cidr, string? source = null) => new(IpPrefix.Parse(cidr), "node1", null, Device, source is null ? null : IPAddress.Parse(source), 1450);
}
