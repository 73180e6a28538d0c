using Cilium.Framework.Nodes;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Routes;

/// <summary>plan -> devices.</summary>
/// <param name="plans">How packets leave this node.</param>
/// <param name="devices">Written here only.</param>
internal sealed class DeviceController(IReadTable<string, DevicePlan> plans, DesiredTable<string, DeviceRow> devices) : IController
{
    /// <inheritdoc />
    public void Compute()
    {
        if (plans[DevicePlan.Key] is { } plan)
            devices.ReplaceAll(plan.Devices());
    }
}
