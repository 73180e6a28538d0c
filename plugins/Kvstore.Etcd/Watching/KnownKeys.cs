using System.Runtime.InteropServices;
using Google.Protobuf.Collections;
using Mvccpb;

namespace Cilium.Framework.Kvstore.Etcd.Watching;

/// <summary>What the reader of a watch has been told, so that nothing is told twice and what vanished unseen can be told.</summary>
internal sealed class KnownKeys
{
    private readonly Dictionary<string, ulong> _revisions = new(StringComparer.Ordinal);
    private HashSet<string> _unlisted = [];
    private bool _listed;

    /// <summary>Everything as it is now follows.</summary>
    public void BeginList() => _unlisted = _revisions.Keys.ToHashSet(StringComparer.Ordinal);

    /// <summary>Makes room for so many keys at once.</summary>
    public void Expect(int count) => _revisions.EnsureCapacity(count);

    /// <summary>The differences to a part of it.</summary>
    public IEnumerable<KvEvent> Compare(IReadOnlyList<KeyValue> now)
    {
        foreach (var pair in now)
        {
            if (EtcdKeys.Decode(pair.Key) is not { } key)
                continue;
            _unlisted.Remove(key);
            ref var revision = ref CollectionsMarshal.GetValueRefOrAddDefault(_revisions, key, out var known);
            var changed = !known || revision != (ulong)pair.ModRevision;
            revision = (ulong)pair.ModRevision;
            if (changed)
                yield return new(known ? KvEventKind.Modified : KvEventKind.Created, key, pair.Value.Memory, (ulong)pair.ModRevision);
        }
    }

    /// <summary>What it did not hold; after the first list its end.</summary>
    /// <param name="moment">Revision that the list is of.</param>
    public IEnumerable<KvEvent> EndList(ulong moment)
    {
        foreach (var key in _unlisted)
        {
            _revisions.Remove(key);
            yield return new(KvEventKind.Deleted, key, default, moment);
        }

        _unlisted = [];
        if (_listed)
            yield break;
        _listed = true;
        yield return new(KvEventKind.ListDone, "", default, moment);
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
