using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Conformance.References;
using Cilium.Framework.Conformance.Routing;
using Cilium.Framework.Errors;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.Tests.Twins;

using Held = Dictionary<IpPrefix, NodeRouteRow>;

/// <summary>Targets for the ranges of other nodes with one defect each, and what their author is told.</summary>
public sealed class BrokenRemoteRoutesTests
{
    private static readonly IPAddress Far = IPAddress.Parse("203.0.113.7");
    private static readonly IpPrefix Other = IpPrefix.Parse("10.200.0.0/24");

    [Fact]
    public Task A_target_that_compares_keys_only() => FailsAsync(
        (held, item, apply) => item.Action == ReconcileAction.Upsert && held.TryGetValue(item.Row.PodCidr, out var old) && old.NextHop is not null && item.Row.NextHop is not null && old.Mtu == item.Row.Mtu ? RowOutcome.Done : apply(item),
        nameof(RemoteRouteTargetConformance.A_node_that_moves_is_reached_at_its_new_address_alone),
        "Promise: NodeRouteRow.NextHop: the range is reached through the node's address of now.",
        "what is observed after node node2 moved from 192.0.2.2 to 192.0.2.3, with the realised row",
        "Look at: a comparison of keys only");

    [Fact]
    public Task A_target_that_leaves_the_old_way_beside_the_new_one() => FailsAsync(
        (held, item, apply) =>
        {
            if (item.Action == ReconcileAction.Upsert && item.Realised is { NextHop: { } hop } && item.Row.NextHop is { } now && !now.Equals(hop))
                held[Other] = item.Realised with { PodCidr = Other };
            return apply(item);
        },
        nameof(RemoteRouteTargetConformance.A_node_that_moves_is_reached_at_its_new_address_alone),
        "moved from 192.0.2.2 to 192.0.2.3, with the realised row",
        "a second route beside the old one");

    [Fact]
    public Task A_target_that_keeps_the_old_way_when_a_range_comes_to_this_node() => FailsAsync(
        (held, item, apply) => item is { Action: ReconcileAction.Upsert, Row.NextHop: null, Realised.NextHop: not null } ? RowOutcome.Done : apply(item),
        nameof(RemoteRouteTargetConformance.A_range_goes_over_from_another_node_to_this_one_and_back),
        "what is observed after 10.44.0.0/24 went over to this node");

    [Fact]
    public Task A_target_that_forgets_the_others_when_a_range_of_this_node_comes() => FailsAsync(
        (held, item, apply) =>
        {
            if (item is { Action: ReconcileAction.Upsert, Row.NextHop: null })
                held.Remove(IpPrefix.Parse("10.45.0.0/24"));
            return item.Row == item.Realised ? RowOutcome.Done : apply(item);
        },
        nameof(RemoteRouteTargetConformance.Ranges_of_this_node_and_of_others_do_not_disturb_each_other),
        "after a range of this node was added,");

    [Fact]
    public Task A_target_that_routes_through_whatever_there_is() => FailsAsync(
        (_, item, apply) => apply(item),
        nameof(RemoteRouteTargetConformance.A_node_that_cannot_be_reached_is_a_failed_row_that_names_it_and_is_tried_again),
        "was reported as Done.",
        "Look at: a route through a router that does not know the range");

    [Theory]
    [InlineData(ErrorKind.Unavailable, "no way to the node, look at the network", "the text does not name node2: \"no way to the node, look at the network\"")]
    [InlineData(ErrorKind.Unavailable, "route 10.98.0.0/24 of node node2: no way", "the text does not name 203.0.113.7")]
    [InlineData(ErrorKind.Invalid, "route 10.98.0.0/24 of node node2: no way to 203.0.113.7", "gave Invalid, which is not tried again: the network may change.")]
    public Task A_target_that_says_too_little_or_gives_up(ErrorKind kind, string text, string told) => FailsAsync(
        (_, item, apply) => Far.Equals(item.Row.NextHop) ? RowOutcome.Failed(kind, text) : apply(item),
        nameof(RemoteRouteTargetConformance.A_node_that_cannot_be_reached_is_a_failed_row_that_names_it_and_is_tried_again),
        told);

    [Fact]
    public Task A_target_that_takes_the_route_of_somebody_else_over() => FailsAsync(
        (_, item, apply) => apply(item),
        nameof(RouteTargetConformance.A_range_that_somebody_else_routes_is_a_conflict_and_stays_as_it_is),
        "10.44.0.0/24 gave Done.",
        "Look at: a replace without a look at whose the route is");

    private static Task FailsAsync(Func<Held, ReconcileItem<NodeRouteRow>, Func<ReconcileItem<NodeRouteRow>, RowOutcome>, RowOutcome> apply, string test, params string[] texts) =>
        SuiteRun.FailsAsync(() => new Suite(apply), test, texts);

    private sealed class Suite(Func<Held, ReconcileItem<NodeRouteRow>, Func<ReconcileItem<NodeRouteRow>, RowOutcome>, RowOutcome> apply) : RemoteRouteTargetConformance
    {
        private readonly Held _held = [];

        protected override string Device => "host0";

        protected override NodeRouteRow Unreachable => Remote("10.98.0.0/24") with { NextHop = Far };

        protected override (IPAddress First, IPAddress Second) NextHops(AddressFamily family) => family == AddressFamily.InterNetworkV6
            ? (IPAddress.Parse("2001:db8::2"), IPAddress.Parse("2001:db8::3"))
            : (IPAddress.Parse("192.0.2.2"), IPAddress.Parse("192.0.2.3"));

        // What is there already and does not look like ours: this twin never looks.
        protected override ValueTask<bool> AddForeignRouteAsync(IpPrefix range) => new(true);

        protected override ValueTask<IReconcileTarget<NodeRouteRow>> CreateAsync() => new(new Twin(_held, apply));

        protected override ValueTask<IReadOnlyList<string>> ObserveAsync() => new([.. _held.Values.Select(row => row.ToString())]);
    }

    private sealed class Twin(Held held, Func<Held, ReconcileItem<NodeRouteRow>, Func<ReconcileItem<NodeRouteRow>, RowOutcome>, RowOutcome> apply) : IReconcileTarget<NodeRouteRow>
    {
        private readonly Held _held = held;
        private readonly IReconcileTarget<NodeRouteRow> _good = new MemoryRouting(held).NodeRoutes;

        public async ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<NodeRouteRow> batch, CancellationToken cancellationToken)
        {
            var outcomes = new List<RowOutcome>();
            foreach (var item in batch.Items)
            {
                RowOutcome? good = null;
                var outcome = apply(_held, item, _ => (good = RowOutcome.Done).Value);
                outcomes.Add(good is null ? outcome : (await _good.ApplyAsync(new([item]), cancellationToken))[0]);
            }

            return outcomes;
        }

        public ValueTask<int> PruneAsync(IReadOnlyCollection<NodeRouteRow> desired, CancellationToken cancellationToken) => _good.PruneAsync(desired, cancellationToken);
    }
}
