using Cilium.Framework.IpCache;
using Cilium.Framework.Nodes;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Cilium.Framework.Store;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Publications;

/// <summary>Sees when somebody takes away what this node publishes, or its lease is lost, and has it written again at once.</summary>
/// <param name="publications">What is published.</param>
/// <param name="nodes">Nodes in the store.</param>
/// <param name="addresses">Addresses in the store.</param>
/// <param name="lease">The lease.</param>
/// <param name="drift">Told which keys to write again.</param>
internal sealed class PublicationGuard(
    DesiredTable<string, PublicationRow> publications, IReadTable<NodeKey, NodeRow> nodes, IReadTable<IpPrefix, StoredIpRow> addresses, NodeLease lease, Drift<string> drift)
{
    /// <summary>Runs until cancelled.</summary>
    /// <param name="ct">Ends it.</param>
    public async Task RunAsync(CancellationToken ct)
    {
        using var ofNodes = nodes.Track();
        using var ofAddresses = addresses.Track();
        var wake = new Wake();
        using var onNodes = nodes.Attach(wake);
        using var onAddresses = addresses.Attach(wake);
        using var onLease = lease.Attach(wake);
        var losses = lease.Losses;
        while (true)
        {
            drift.Add(ofNodes.Next().Where(change => change.IsRemoval).Select(change => change.Key.StoreKey).Where(IsPublished));
            drift.Add(ofAddresses.Next().Where(change => change.IsRemoval).Select(change => StoredIpRow.StoreKey(change.Key)).Where(IsPublished));
            if (losses != lease.Losses)
            {
                losses = lease.Losses;
                drift.Add(publications.Desired.Select(row => row.Key));
            }

            await wake.WaitAsync(ct);
        }
    }

    private bool IsPublished(string key) => publications.Rows[key] is { IsDeleting: false };
}
