using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Errors;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.Routing;

/// <summary>What the target of node routes must do with rows of other nodes, for backends that claim <c>RemoteNodes</c>.</summary>
public abstract class RemoteRouteTargetConformance : RouteTargetConformance
{
    /// <summary>Two addresses of other nodes that can be reached where the target works.</summary>
    /// <param name="family">IPv4 or IPv6.</param>
    protected abstract (IPAddress First, IPAddress Second) NextHops(AddressFamily family);

    /// <summary>A row with a key of its own whose next hop cannot be reached; null when the backend reaches every node.</summary>
    protected virtual NodeRouteRow? Unreachable => null;

    /// <inheritdoc />
    protected override IReadOnlyList<NodeRouteRow> Rows => [Remote("10.44.0.0/24"), Remote("10.45.0.0/24"), Remote("fd44::/64")];

    /// <summary>A route to a range of another node, at the first of <see cref="NextHops"/>.</summary>
    /// <param name="cidr">The range.</param>
    protected NodeRouteRow Remote(string cidr)
    {
        var range = IpPrefix.Parse(cidr);
        return new(range, "node2", NextHops(range.Family).First, null, null, 1450);
    }

    /// <summary>A changed next hop replaces the old one.</summary>
    [Fact]
    public async Task A_node_that_moves_is_reached_at_its_new_address_alone()
    {
        var promise = new Promise("NodeRouteRow.NextHop: the range is reached through the node's address of now.", "a comparison of keys only, or a second route beside the old one (IPv6 joins routes that differ in the next hop).");
        foreach (var row in Rows)
        {
            var moved = row with { NextHop = NextHops(row.PodCidr.Family).Second };
            await ApplyAsync(promise, Upsert(moved));
            var wanted = await SeenAsync();
            await ApplyAsync(promise, Delete(moved));
            foreach (var realised in (NodeRouteRow?[])[row, null])
            {
                await ApplyAsync(promise, Upsert(row));
                await ApplyAsync(promise, Upsert(moved, realised));
                promise.Same(wanted, await SeenAsync(), $"what is observed after node {row.Node} moved from {row.NextHop} to {moved.NextHop}, {(realised is null ? "without" : "with")} the realised row");
            }

            await ApplyAsync(promise, Delete(moved));
        }
    }

    /// <summary>A range changes hands.</summary>
    [Fact]
    public async Task A_range_goes_over_from_another_node_to_this_one_and_back()
    {
        var promise = new Promise("IReconcileTarget.ApplyAsync makes the target hold the row, whatever it holds now: a range that was another node's may be this node's.", "a route of this node and one of another node kept apart, each under the same key.");
        foreach (var remote in Rows)
        {
            var own = Row(remote.PodCidr.ToString());
            await ApplyAsync(promise, Upsert(remote));
            var before = await SeenAsync();
            await ApplyAsync(promise, Delete(remote));
            await ApplyAsync(promise, Upsert(own));
            var wanted = await SeenAsync();
            await ApplyAsync(promise, Upsert(remote, own));
            promise.Same(before, await SeenAsync(), $"what is observed after {remote.PodCidr} went over to node {remote.Node}");
            await ApplyAsync(promise, Upsert(own, remote));
            promise.Same(wanted, await SeenAsync(), $"what is observed after {remote.PodCidr} went over to this node");
            await ApplyAsync(promise, Delete(own));
        }
    }

    /// <summary>Both sorts of rows in one batch.</summary>
    [Fact]
    public async Task Ranges_of_this_node_and_of_others_do_not_disturb_each_other()
    {
        var promise = new Promise("IRoutingBackend.NodeRoutes holds this node's own ranges and those of other nodes side by side.", "a prune or a delete that looks at one sort only.");
        await ApplyAsync(promise, [.. Rows.Select(row => Upsert(row))]);
        var remote = await SeenAsync();
        var own = Row("10.46.0.0/24");
        await ApplyAsync(promise, [Upsert(own), .. Rows.Select(row => Upsert(row, row))]);
        var both = await SeenAsync();
        promise.Kept(both.Length > remote.Length && remote.All(both.Contains), () => $"after a range of this node was added, {Show.All(both)} is observed; before it was {Show.All(remote)}.");
        promise.Equal(0, await PruneAsync(Target, [own, .. Rows]), "the result of pruning when both are desired");
        await PruneAsync(Target, [.. Rows]);
        promise.Same(remote, await SeenAsync(), "what is observed after the range of this node was pruned");
    }

    /// <summary>An unreachable node is an outcome in words.</summary>
    [Fact]
    public async Task A_node_that_cannot_be_reached_is_a_failed_row_that_names_it_and_is_tried_again()
    {
        if (Unreachable is not { } unreachable)
        {
            NotApplicable("Unreachable gives null: this backend reaches every node");
            return;
        }

        var promise = new Promise("IRoutingBackend.NodeRoutes: a range that cannot be reached is a failed row; its text says why, and an operator reads it in the status.", "a route through a router that does not know the range, or an outcome that is Done without one.");
        await ApplyAsync(promise, Upsert(Rows[0]));
        var before = await SeenAsync();
        var outcome = (await TryAsync(Upsert(unreachable), Upsert(Rows[0], Rows[0])))[0];
        promise.Kept(!outcome.IsDone, () => $"{unreachable} was reported as Done.");
        promise.Kept(outcome.Kind is not (ErrorKind.Invalid or ErrorKind.Unsupported), () => $"{unreachable} gave {outcome.Kind}, which is not tried again: the network may change.");
        foreach (var name in (string[])[unreachable.Node, unreachable.NextHop!.ToString(), unreachable.PodCidr.ToString()])
            promise.Kept(outcome.Error!.Contains(name, StringComparison.Ordinal), () => $"the text does not name {name}: {Show.One(outcome.Error!)}");
        promise.Same(before, await SeenAsync(), "what is observed after a row that cannot be reached");
    }
}
