using System.Net;
using Cilium.Framework.Datapath;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.Datapath;

/// <summary>What <see cref="IDatapath.Endpoints"/> must do.</summary>
public abstract class EndpointTargetConformance : DatapathTargetConformance<EndpointRow>
{
    private readonly List<EndpointRow> _rows = [];

    /// <inheritdoc />
    protected override IReadOnlyList<EndpointRow> Rows => _rows;

    /// <inheritdoc />
    protected override EndpointRow Changed(EndpointRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row with { Identity = new(row.Identity.Value + 1000) };
    }

    private protected sealed override IReconcileTarget<EndpointRow> TargetOf(IDatapath datapath) => datapath.Endpoints;

    private protected sealed override async ValueTask PrepareAsync(DatapathUnderTest node)
    {
        for (ushort id = 1; id <= 3; id++)
        {
            var device = await node.AddDeviceAsync(id);
            _rows.Add(new EndpointRow
            {
                Id = id, IfIndex = device.IfIndex, Device = device.Name, Mac = device.Mac, HostMac = device.HostMac,
                IPv4 = IPAddress.Parse($"10.90.1.{id}"), IPv6 = IPAddress.Parse($"fd90::a:{id}"), Identity = new(1000u + id),
            });
        }
    }

    private protected sealed override async ValueTask<IReadOnlyList<string>> ObserveAsync(IDatapathView view) =>
        [.. (await view.ListEndpointsAsync(TestContext.Current.CancellationToken)).Select(info => info.ToString())];
}
