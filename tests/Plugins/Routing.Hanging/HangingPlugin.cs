using Cilium.Framework.Plugins;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

[assembly: CiliumPlugin("routing.hanging", typeof(Cilium.Framework.Routing.Hanging.HangingPlugin))]

namespace Cilium.Framework.Routing.Hanging;

/// <summary>A broken backend: a call of its target never comes back, as a call into the kernel may.</summary>
public sealed class HangingPlugin : IPlugin, IRoutingBackend, IReconcileTarget<NodeRouteRow>
{
    public RoutingCapabilities Capabilities => RoutingCapabilities.None;

    public IReconcileTarget<NodeRouteRow> NodeRoutes => this;

    public void Configure(IPluginBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddRouting("hanging", _ => this);
    }

    public RoutingPlan Plan(NodeDescription node) => new(Encapsulation.None, MtuOverhead: 0, []);

    public ValueTask InitializeAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<NodeRouteRow> batch, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<RowOutcome>>([.. batch.Items.Select(_ => RowOutcome.Done)]);

    public ValueTask<int> PruneAsync(IReadOnlyCollection<NodeRouteRow> desired, CancellationToken cancellationToken) => new(new TaskCompletionSource<int>().Task);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
