using Cilium.Framework.Datapath;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.Datapath;

/// <summary>What <see cref="IDatapath.Policies"/> must do.</summary>
public abstract class PolicyTargetConformance : DatapathTargetConformance<PolicyRow>
{
    /// <inheritdoc />
    protected override IReadOnlyList<PolicyRow> Rows =>
    [
        new(new(new(1001)), PolicyEntrySet.Create([Entry(7, IpProtocol.Tcp, 80), Entry(8, IpProtocol.Any, 0)])),
        new(new(new(1002)), PolicyEntrySet.Create([Entry(0, IpProtocol.Udp, 53)])),
        new(new(new(1003)), PolicyEntrySet.Create([new(PolicyKey.All(TrafficDirection.Egress), RuleCookie.NotEnforced), Entry(9, IpProtocol.Tcp, 443)])),
    ];

    /// <inheritdoc />
    protected override PolicyRow Changed(PolicyRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row with { Entries = PolicyEntrySet.Create([.. row.Entries.Skip(1), Entry(77, IpProtocol.Tcp, 8080)]) };
    }

    private protected sealed override IReconcileTarget<PolicyRow> TargetOf(IDatapath datapath) => datapath.Policies;

    private protected sealed override async ValueTask<IReadOnlyList<string>> ObserveAsync(IDatapathView view) =>
        [.. (await view.ListPoliciesAsync(TestContext.Current.CancellationToken)).Select(info => $"{info.Subject}: {info.Entry}")];

    private static PolicyEntry Entry(uint identity, IpProtocol protocol, ushort port) => new(new(TrafficDirection.Ingress, new(identity), protocol, port), new(100));
}
