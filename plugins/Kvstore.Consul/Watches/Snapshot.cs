using Cilium.Framework.Kvstore.Consul.Model;

namespace Cilium.Framework.Kvstore.Consul.Watches;

/// <summary>What a watch has told so far; turns the next list into what changed.</summary>
internal sealed class Snapshot
{
    // Index and flags name a write, also when the servers begin to count anew.
    private Dictionary<string, (ulong Index, ulong Flags)> _known = [];

    /// <param name="index">When the list was made; the revision of deletions.</param>
    public List<KvEvent> Take(KvPair[] pairs, ulong index)
    {
        var now = new Dictionary<string, (ulong Index, ulong Flags)>(pairs.Length, StringComparer.Ordinal);
        var changes = new List<KvEvent>();
        foreach (var pair in pairs)
        {
            var write = (pair.ModifyIndex, pair.Flags);
            now.Add(pair.Key, write);
            if (!_known.Remove(pair.Key, out var before))
                changes.Add(new(KvEventKind.Created, pair.Key, pair.Value, pair.ModifyIndex));
            else if (before != write)
                changes.Add(new(KvEventKind.Modified, pair.Key, pair.Value, pair.ModifyIndex));
        }

        foreach (var key in _known.Keys.Order(StringComparer.Ordinal))
            changes.Add(new(KvEventKind.Deleted, key, default, index));
        _known = now;
        return changes;
    }
}
