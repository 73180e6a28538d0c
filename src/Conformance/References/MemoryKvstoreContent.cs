using System.Threading.Channels;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.References;

/// <summary>Keys and watches that several <see cref="MemoryKvstore"/> share.</summary>
public sealed class MemoryKvstoreContent
{
    private ulong _revision;

    internal Lock Sync { get; } = new();

    internal SortedDictionary<string, KvEntry> Keys { get; } = new(StringComparer.Ordinal);

    internal Dictionary<Channel<KvEvent>, string> Watches { get; } = [];

    internal IEnumerable<KvEntry> Below(string prefix) => Keys.Values.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal));

    internal KvCommitResult Commit(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations)
    {
        if (!conditions.All(Holds))
            return new(false, 0);
        _revision++;
        foreach (var operation in operations)
            Carry(operation);
        return new(true, _revision);
    }

    /// <summary>What exists and the end of the list; changes follow. The queue has no bound, so that a slow reader delays nobody.</summary>
    internal Channel<KvEvent> Watch(string prefix)
    {
        var watch = Channel.CreateUnbounded<KvEvent>();
        foreach (var entry in Below(prefix))
            watch.Writer.TryWrite(new(KvEventKind.Created, entry.Key, entry.Value, entry.Revision));
        watch.Writer.TryWrite(new(KvEventKind.ListDone, "", default, _revision));
        Watches.Add(watch, prefix);
        return watch;
    }

    private bool Holds(KvCondition condition) => condition switch
    {
        KvCondition.KeyAbsent absent => !Keys.ContainsKey(absent.Key),
        KvCondition.KeyExists exists => Keys.ContainsKey(exists.Key),
        KvCondition.RevisionEquals equals => Keys.GetValueOrDefault(equals.Key)?.Revision == equals.Revision,
        KvCondition.PrefixEmpty empty => !Below(empty.Prefix).Any(),
        _ => throw new ArgumentOutOfRangeException(nameof(condition), condition, "Accepted: KeyAbsent, KeyExists, RevisionEquals, PrefixEmpty."),
    };

    private void Carry(KvOperation operation)
    {
        if (operation is KvOperation.Put put)
        {
            var entry = new KvEntry(put.Key, put.Value.ToArray(), _revision);
            var kind = Keys.ContainsKey(put.Key) ? KvEventKind.Modified : KvEventKind.Created;
            Keys[put.Key] = entry;
            Tell(new(kind, put.Key, entry.Value, _revision));
        }
        else if (operation is KvOperation.Delete delete && Keys.Remove(delete.Key))
        {
            Tell(new(KvEventKind.Deleted, delete.Key, default, _revision));
        }
    }

    private void Tell(KvEvent happened)
    {
        foreach (var (watch, prefix) in Watches)
        {
            if (happened.Key.StartsWith(prefix, StringComparison.Ordinal))
                watch.Writer.TryWrite(happened);
        }
    }
}
