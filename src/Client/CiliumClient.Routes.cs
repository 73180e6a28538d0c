using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Client;

/// <content>Ways out of the node.</content>
public sealed partial class CiliumClient
{
    /// <summary>Routes to pods, whose each is, and why it is there.</summary>
    public Task<IReadOnlyList<RouteLedgerEntry>> GetRouteLedgerAsync(CancellationToken ct = default) => GetAsync("framework/route-ledger", ApiJson.Default.IReadOnlyListRouteLedgerEntry, ct);

    /// <summary>How many bytes a packet may have where, and why.</summary>
    public Task<MtuReport> GetMtuAsync(CancellationToken ct = default) => GetAsync("framework/mtu", ApiJson.Default.MtuReport, ct);
}
