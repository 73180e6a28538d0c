using Cilium.Framework.Datapath.Simulator.Tables;
using Cilium.Framework.Errors;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Targets;

/// <summary>Endpoints. Their devices need not exist.</summary>
internal sealed class EndpointTarget(SimulatorState state) : IReconcileTarget<EndpointRow>
{
    public ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<EndpointRow> batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        lock (state.Sync)
            return new(BatchRun.Each(batch, Apply, cancellationToken));
    }

    public ValueTask<int> PruneAsync(IReadOnlyCollection<EndpointRow> desired, CancellationToken cancellationToken)
    {
        var wanted = desired.Select(row => row.Id).ToHashSet();
        lock (state.Sync)
            return new(state.Endpoints.All.Select(endpoint => endpoint.Id).Where(id => !wanted.Contains(id)).ToArray().Count(Remove));
    }

    private RowOutcome Apply(ReconcileItem<EndpointRow> item)
    {
        if (item.Action == ReconcileAction.Upsert)
            return Upsert(item.Row);
        Remove(item.Row.Id);
        return RowOutcome.Done;
    }

    private RowOutcome Upsert(EndpointRow row)
    {
        var desired = new Endpoint(row, state.Number.Current);
        foreach (var address in desired.Addresses)
        {
            if (state.Endpoints.Find(address) is { } owner && owner.Id != row.Id)
                return RowOutcome.Failed(ErrorKind.Conflict, $"endpoint {row.Id}: its address {address.ToIPAddress()} belongs to endpoint {owner.Id}. Delete that one first.");
        }

        var current = state.Endpoints.Find(row.Id);
        if (current?.Row == row)
            return RowOutcome.Done;
        if (current is not null && current.IsSamePlace(row))
        {
            state.Endpoints.Set(desired with { ChangedAt = state.Number.Next() });
            return RowOutcome.Done;
        }

        Remove(row.Id);
        state.Endpoints.Set(desired with { ChangedAt = state.Number.Next() });
        state.Number.AddressesChanged();
        return RowOutcome.Done;
    }

    private bool Remove(ushort id)
    {
        if (!state.Endpoints.Remove(id))
            return false;
        state.Connections.RemoveOf(id);
        state.Number.AddressesChanged();
        return true;
    }
}
