using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routing;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.Faults;

/// <summary>Routing whose calls go wrong as planned; those of its target are named <c>NodeRoutes.ApplyAsync</c> and <c>NodeRoutes.PruneAsync</c>.</summary>
/// <param name="routing">What carries the calls out.</param>
/// <param name="plan">What goes wrong.</param>
public sealed class FaultyRouting(IRoutingBackend routing, FaultPlan plan) : IRoutingBackend
{
    /// <inheritdoc />
    public RoutingCapabilities Capabilities => routing.Capabilities;

    /// <inheritdoc />
    public IReconcileTarget<NodeRouteRow> NodeRoutes => new FaultyTarget<NodeRouteRow>(routing.NodeRoutes, plan, nameof(NodeRoutes) + ".");

    /// <inheritdoc />
    public RoutingPlan Plan(NodeDescription node) => routing.Plan(node);

    /// <inheritdoc />
    public ValueTask InitializeAsync(CancellationToken cancellationToken) => plan.RunAsync(nameof(InitializeAsync), () => routing.InitializeAsync(cancellationToken), cancellationToken);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => routing.DisposeAsync();
}
