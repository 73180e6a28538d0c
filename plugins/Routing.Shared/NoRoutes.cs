using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.Shared;

/// <summary>Accepts every row and changes nothing: what <c>install-routes: false</c> asks for.</summary>
internal sealed class NoRoutes : IReconcileTarget<NodeRouteRow>
{
    public static readonly NoRoutes Instance = new();

    public ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<NodeRouteRow> batch, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<RowOutcome>>([.. batch.Items.Select(_ => RowOutcome.Done)]);

    public ValueTask<int> PruneAsync(IReadOnlyCollection<NodeRouteRow> desired, CancellationToken cancellationToken) => ValueTask.FromResult(0);
}
