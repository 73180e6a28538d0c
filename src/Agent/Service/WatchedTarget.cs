using Cilium.Framework.Reconciliation;

namespace Cilium.Framework.Agent.Service;

/// <summary>A target whose calls are watched: one that does not come back stops the service manager's watchdog.</summary>
internal sealed class WatchedTarget<TRow>(string table, IReconcileTarget<TRow> target, Liveness liveness) : IReconcileTarget<TRow>
    where TRow : class
{
    public async ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<TRow> batch, CancellationToken cancellationToken)
    {
        using var call = liveness.Begin($"the target of {table}");
        return await target.ApplyAsync(batch, cancellationToken);
    }

    public async ValueTask<int> PruneAsync(IReadOnlyCollection<TRow> desired, CancellationToken cancellationToken)
    {
        using var call = liveness.Begin($"the target of {table}");
        return await target.PruneAsync(desired, cancellationToken);
    }
}
