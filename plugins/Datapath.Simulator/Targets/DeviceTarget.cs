using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Targets;

/// <summary>Devices: nothing is attached anywhere. Only that there is an overlay matters.</summary>
internal sealed class DeviceTarget(SimulatorState state) : IReconcileTarget<DeviceRow>
{
    public ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<DeviceRow> batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        lock (state.Sync)
            return new(BatchRun.Each(batch, Apply, cancellationToken));
    }

    public ValueTask<int> PruneAsync(IReadOnlyCollection<DeviceRow> desired, CancellationToken cancellationToken)
    {
        lock (state.Sync)
        {
            if (state.Overlay is not { } overlay || desired.Any(row => row.Name == overlay.Name && row.Role == DeviceRole.Overlay))
                return new(0);
            state.Overlay = null;
            return new(1);
        }
    }

    private RowOutcome Apply(ReconcileItem<DeviceRow> item)
    {
        if (item is { Action: ReconcileAction.Upsert, Row.Role: DeviceRole.Overlay })
            state.Overlay = item.Row;
        else if (state.Overlay?.Name == item.Row.Name)
            state.Overlay = null;
        return RowOutcome.Done;
    }
}
