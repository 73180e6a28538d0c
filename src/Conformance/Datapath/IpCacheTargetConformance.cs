using Cilium.Framework.Datapath;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.Datapath;

/// <summary>What <see cref="IDatapath.IpCache"/> must do.</summary>
public abstract class IpCacheTargetConformance : DatapathTargetConformance<IpCacheRow>
{
    /// <inheritdoc />
    protected override IReadOnlyList<IpCacheRow> Rows => [Row("10.1.0.0/16"), Row("10.1.2.3/32"), Row("0.0.0.0/0"), Row("fd00::/64"), Row("fd00::5/128")];

    /// <inheritdoc />
    protected override IpCacheRow Changed(IpCacheRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row with { Identity = new(row.Identity.Value + 1) };
    }

    private protected sealed override IReconcileTarget<IpCacheRow> TargetOf(IDatapath datapath) => datapath.IpCache;

    private protected sealed override async ValueTask<IReadOnlyList<string>> ObserveAsync(IDatapathView view) =>
        [.. (await view.ListIpCacheAsync(TestContext.Current.CancellationToken)).Select(row => $"{row.Prefix} {row.Identity} {row.TunnelEndpoint}")];

    private static IpCacheRow Row(string prefix) => new(IpPrefix.Parse(prefix), new(300), null, IpCacheOrigin.Cidr);
}
