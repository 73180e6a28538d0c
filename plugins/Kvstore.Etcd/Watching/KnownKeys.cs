using System.Runtime.InteropServices;
using Cilium.Framework.Kvstore.Etcd.Calls;
using Google.Protobuf.Collections;
using Mvccpb;

namespace Cilium.Framework.Kvstore.Etcd.Watching;

/// <summary>What the reader of a watch has been told, so that nothing is told twice and what vanished unseen can be told.</summary>
internal sealed class KnownKeys
{
    private readonly Dictionary<string, ulong> _revisions = new(StringComparer.Ordinal);
    private bool _listed;

    /// <summary>The differences to everything as it is now; after the first list its end.</summary>
    public IEnumerable<KvEvent> Compare(EtcdRange now)
    {
        if (!_listed)
            _revisions.EnsureCapacity(now.Pairs.Count);
        var gone = _revisions.Count == 0 ? [] : _revisions.Keys.ToHashSet(StringComparer.Ordinal);
        foreach (var pair in now.Pairs)
        {
            if (EtcdKeys.Decode(pair.Key) is not { } key)
                continue;
            gone.Remove(key);
            ref var revision = ref CollectionsMarshal.GetValueRefOrAddDefault(_revisions, key, out var known);
            var changed = !known || revision != (ulong)pair.ModRevision;
            revision = (ulong)pair.ModRevision;
            if (changed)
                yield return new(known ? KvEventKind.Modified : KvEventKind.Created, key, pair.Value.Memory, (ulong)pair.ModRevision);
        }

        foreach (var key in gone)
        {
            _revisions.Remove(key);
            yield return new(KvEventKind.Deleted, key, default, (ulong)now.Moment.Revision);
        }

        if (_listed)
            yield break;
        _listed = true;
        yield return new(KvEventKind.ListDone, "", default, (ulong)now.Moment.Revision);
    }

    /// <summary>Changes that were not told yet. After an interruption the server repeats some.</summary>
    public List<KvEvent> Apply(RepeatedField<Event> changes)
    {
        var news = new List<KvEvent>(changes.Count);
        foreach (var change in changes)
        {
            if (EtcdKeys.Decode(change.Kv.Key) is { } key && Apply(key, change) is { } happened)
                news.Add(happened);
        }

        return news;
    }

    private KvEvent? Apply(string key, Event change)
    {
        var revision = (ulong)change.Kv.ModRevision;
        var known = _revisions.TryGetValue(key, out var last);
        if (known && last >= revision)
            return null;
        if (change.Type == Event.Types.EventType.Put)
        {
            _revisions[key] = revision;
            return new(known ? KvEventKind.Modified : KvEventKind.Created, key, change.Kv.Value.Memory, revision);
        }

        return _revisions.Remove(key) ? new(KvEventKind.Deleted, key, default, revision) : null;
    }
}
