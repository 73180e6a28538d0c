using Cilium.Framework.Errors;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Targets;

/// <summary>Devices: nothing is attached anywhere. What no attach point of the simulator stands for is refused.</summary>
internal sealed class DeviceTarget : IReconcileTarget<DeviceRow>
{
    public ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<DeviceRow> batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return new(BatchRun.Each(batch, Apply, cancellationToken));
    }

    public ValueTask<int> PruneAsync(IReadOnlyCollection<DeviceRow> desired, CancellationToken cancellationToken) => new(0);

    private static RowOutcome Apply(ReconcileItem<DeviceRow> item) => item is { Action: ReconcileAction.Upsert, Row.Role: DeviceRole.Overlay }
        ? RowOutcome.Failed(ErrorKind.Unsupported, $"device {item.Row.Name}: this version of the datapath simulator has no overlay devices. Use a routing provider without encapsulation.")
        : RowOutcome.Done;
}
