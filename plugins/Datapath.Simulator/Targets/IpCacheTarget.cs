using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Targets;

/// <summary>Addresses and identities.</summary>
internal sealed class IpCacheTarget(SimulatorState state) : IReconcileTarget<IpCacheRow>
{
    public ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<IpCacheRow> batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        lock (state.Sync)
            return new(BatchRun.Each(batch, Apply, cancellationToken));
    }

    public ValueTask<int> PruneAsync(IReadOnlyCollection<IpCacheRow> desired, CancellationToken cancellationToken)
    {
        var wanted = desired.Select(row => row.Prefix).ToHashSet();
        lock (state.Sync)
        {
            var removed = state.Addresses.All.Select(row => row.Prefix).Where(prefix => !wanted.Contains(prefix)).ToArray().Count(state.Addresses.Remove);
            if (removed > 0)
                state.Number.AddressesChanged();
            return new(removed);
        }
    }

    private RowOutcome Apply(ReconcileItem<IpCacheRow> item)
    {
        var changed = item.Action == ReconcileAction.Upsert ? state.Addresses.Set(item.Row) : state.Addresses.Remove(item.Row.Prefix);
        if (changed)
            state.Number.AddressesChanged();
        return RowOutcome.Done;
    }
}
