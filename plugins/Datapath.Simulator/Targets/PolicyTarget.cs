using Cilium.Framework.Datapath.Simulator.Tables;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Targets;

/// <summary>Policies; each changes at once.</summary>
internal sealed class PolicyTarget(SimulatorState state) : IReconcileTarget<PolicyRow>
{
    public ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<PolicyRow> batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        lock (state.Sync)
            return new(BatchRun.Each(batch, Apply, cancellationToken));
    }

    public ValueTask<int> PruneAsync(IReadOnlyCollection<PolicyRow> desired, CancellationToken cancellationToken)
    {
        var wanted = desired.Select(row => row.Id).ToHashSet();
        lock (state.Sync)
            return new(state.Policies.All.Select(policy => policy.Id).Where(id => !wanted.Contains(id)).ToArray().Count(state.Policies.Remove));
    }

    private RowOutcome Apply(ReconcileItem<PolicyRow> item)
    {
        var (id, entries) = item.Row;
        if (item.Action == ReconcileAction.Delete)
            state.Policies.Remove(id);
        else if (state.Policies.Find(id) is not { } policy)
            state.Policies.Add(new Policy(id, entries, state.Number.Next()));
        else if (!policy.Entries.Equals(entries))
            policy.Change(entries, state.Number.Next());
        return RowOutcome.Done;
    }
}
