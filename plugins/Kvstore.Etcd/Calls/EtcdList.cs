using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore.Etcd.Failures;

namespace Cilium.Framework.Kvstore.Etcd.Calls;

/// <summary>All entries below a prefix at once.</summary>
internal static class EtcdList
{
    /// <summary>In ordinal order. Keys that are no text are somebody else's.</summary>
    /// <exception cref="CiliumException">It cannot be read.</exception>
    public static async Task<List<KvEntry>> ReadAsync(EtcdClient client, string prefix, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await ReadOnceAsync(new(client, prefix), cancellationToken);
            }
            catch (CompactedException)
            {
                // So slow that its moment was forgotten: from the beginning.
            }
        }
    }

    private static async Task<List<KvEntry>> ReadOnceAsync(EtcdPages pages, CancellationToken cancellationToken)
    {
        var entries = new List<KvEntry>();
        var ordinal = true;
        while (!pages.IsComplete)
        {
            foreach (var pair in await pages.NextAsync(cancellationToken))
            {
                if (EtcdKeys.Decode(pair.Key) is not { } key)
                    continue;
                ordinal &= pair.Key.Span.IndexOfAnyInRange(EtcdKeys.FirstUnordered, byte.MaxValue) < 0;
                entries.Add(new(key, pair.Value.Memory, (ulong)pair.ModRevision));
            }
        }

        if (!ordinal)
            entries.Sort((a, b) => string.CompareOrdinal(a.Key, b.Key));
        return entries;
    }
}
