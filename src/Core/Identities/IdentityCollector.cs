using Cilium.Framework.Kvstore;
using Cilium.Framework.Store;

namespace Cilium.Framework.Identities;

/// <summary>Removes numbers that no node uses, and says so: agents take a number that vanishes without a word for one that was lost (<see cref="LostNumbers"/>).</summary>
/// <param name="store">The store.</param>
/// <param name="keys">How the store's keys are written.</param>
internal sealed class IdentityCollector(StoreCalls store, IdentityKeys keys)
{
    /// <summary>How long it is told that a number was collected. An agent that was away for longer may bring it back; it is then collected again.</summary>
    private static readonly TimeSpan ToldFor = TimeSpan.FromMinutes(10);

    /// <summary>Removes what nobody uses at this moment.</summary>
    /// <param name="ct">Gives up.</param>
    /// <returns>How many.</returns>
    /// <exception cref="Errors.CiliumException">The store cannot be reached.</exception>
    public async Task<int> CollectAsync(CancellationToken ct)
    {
        var used = (await store.ListAsync(IdentityKeys.Uses, ct)).Select(use => IdentityKeys.TryReadUse(use.Key, out var labels, out _) ? labels : "").ToHashSet(StringComparer.Ordinal);
        var unused = (await store.ListAsync(IdentityKeys.Numbers, ct))
            .Where(entry => IdentityKeys.TryReadNumber(entry.Key, out _) && keys.ReadLabels(entry.Value.Span) is { } labels && !used.Contains(keys.LabelsOf(labels))).ToList();
        if (unused.Count == 0)
            return 0;
        // Not renewed: what is told ends by itself.
        await using var told = await store.GrantLeaseAsync(ToldFor, ct);
        var removed = 0;
        foreach (var entry in unused)
            removed += await RemoveAsync(entry, told, ct) ? 1 : 0;
        return removed;
    }

    private async Task<bool> RemoveAsync(KvEntry entry, IKvLease told, CancellationToken ct)
    {
        var result = await store.CommitAsync(
            [new KvCondition.RevisionEquals(entry.Key, entry.Revision), new KvCondition.PrefixEmpty(keys.UsesOf(keys.ReadLabels(entry.Value.Span)!))],
            [new KvOperation.Delete(entry.Key), new KvOperation.Put(IdentityKeys.Collected + entry.Key[IdentityKeys.Numbers.Length..], ReadOnlyMemory<byte>.Empty, told)],
            ct);
        return result.Succeeded;
    }
}
