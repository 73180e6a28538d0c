using System.Text;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Store;

namespace Cilium.Framework.Publications;

/// <summary>Writes what this node publishes into the store, under the node's lease.</summary>
/// <param name="store">The store.</param>
/// <param name="lease">Keeps the keys alive as long as this agent.</param>
/// <param name="folders">Beginnings of the keys that this agent writes.</param>
/// <param name="isOwn">Whether a key that is in the store, with its value, was written by this node.</param>
internal sealed class PublicationTarget(StoreCalls store, NodeLease lease, IReadOnlyList<string> folders, Func<KvEntry, bool> isOwn) : IReconcileTarget<PublicationRow>
{
    /// <summary>Conditions and operations: within the limits of every store, also after a restart, when every key goes over from the former process's lease (<see cref="KvstoreLimits.MaxOperations"/>).</summary>
    private const int AtOnce = 32;

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<PublicationRow> batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        foreach (var chunk in batch.Items.Where(item => item.Action == ReconcileAction.Upsert).Chunk(AtOnce))
            await lease.CommitAsync([], held => [.. chunk.Select(item => new KvOperation.Put(item.Row.Key, Encoding.UTF8.GetBytes(item.Row.Value), held))], cancellationToken);
        foreach (var chunk in batch.Items.Where(item => item.Action != ReconcileAction.Upsert).Chunk(AtOnce / 2))
            await RemoveAsync(await Task.WhenAll(chunk.Select(item => store.GetAsync(item.Row.Key, cancellationToken))), cancellationToken);

        return [.. batch.Items.Select(_ => RowOutcome.Done)];
    }

    /// <inheritdoc />
    public async ValueTask<int> PruneAsync(IReadOnlyCollection<PublicationRow> desired, CancellationToken cancellationToken)
    {
        var wanted = desired.Select(row => row.Key).ToHashSet(StringComparer.Ordinal);
        var removed = 0;
        foreach (var folder in folders)
        {
            foreach (var left in (await store.ListAsync(folder, cancellationToken)).Where(entry => !wanted.Contains(entry.Key)))
                removed += await RemoveAsync(left, cancellationToken) ? 1 : 0;
        }

        return removed;
    }

    /// <summary>In one commit: many pods that go at once would wait for each other otherwise. Each on its own where one of them has changed meanwhile.</summary>
    private async Task RemoveAsync(IEnumerable<KvEntry?> read, CancellationToken ct)
    {
        var own = read.OfType<KvEntry>().Where(isOwn).ToList();
        if (own.Count == 0 || await CommitAsync(own, ct))
            return;
        foreach (var entry in own)
            await RemoveAsync(entry, ct);
    }

    private async Task<bool> RemoveAsync(KvEntry entry, CancellationToken ct) => isOwn(entry) && await CommitAsync([entry], ct);

    /// <summary>Only as they were seen: another node may have taken an address over meanwhile, and then it is that node's to remove.</summary>
    private async Task<bool> CommitAsync(IReadOnlyList<KvEntry> entries, CancellationToken ct) => (await store.CommitAsync(
        [.. entries.Select(entry => new KvCondition.RevisionEquals(entry.Key, entry.Revision))], [.. entries.Select(entry => new KvOperation.Delete(entry.Key))], ct)).Succeeded;
}
