using Cilium.Framework.Health;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Store;

/// <summary>Reflects the keys of a folder of the store into a table. What cannot be read is not in the table, and health says so.</summary>
/// <param name="store">The store.</param>
/// <param name="folder">Beginning of the keys; ends in <c>/</c>.</param>
/// <param name="keyOf">Key in the table of a store key without its folder; null: the key is none of ours.</param>
/// <param name="read">The row of a key and its value. Throws <see cref="FormatException"/> with the reason when it is none.</param>
/// <param name="table">Written by nobody else.</param>
/// <param name="source">Told when everything in the store was read.</param>
/// <param name="health">Where unreadable keys are told.</param>
internal sealed class StoreSource<TKey, TRow>(
    IKvstore store, string folder, KeyReader<TKey> keyOf, Func<TKey, ReadOnlyMemory<byte>, TRow> read, IWriteTable<TKey, TRow> table, TableSource source, IHealthReporter health)
    where TKey : struct
    where TRow : class
{
    private readonly Dictionary<string, string> _unreadable = new(StringComparer.Ordinal);

    /// <summary>Runs until cancelled.</summary>
    /// <param name="ct">Ends it.</param>
    public Task RunAsync(CancellationToken ct)
    {
        // A run before this one may have ended in a failure: what it left and the list does not bring is gone.
        var leftOver = table.Snapshot.Rows.Keys.ToHashSet();
        return StoreReflection.RunAsync(store, folder, table, source, (writer, happened) => Apply(writer, happened, leftOver), ct);
    }

    private void Apply(TableWriter<TKey, TRow> writer, KvEvent happened, HashSet<TKey> leftOver)
    {
        if (happened.Kind == KvEventKind.ListDone)
        {
            foreach (var key in leftOver)
                writer.Remove(key);
            leftOver.Clear();
        }
        else if (keyOf(happened.Key.AsSpan(folder.Length)) is { } key)
        {
            leftOver.Remove(key);
            Apply(writer, happened, key);
        }
    }

    private void Apply(TableWriter<TKey, TRow> writer, KvEvent happened, TKey key)
    {
        if (happened.Kind == KvEventKind.Deleted)
        {
            writer.Remove(key);
            Judge(happened.Key, null);
            return;
        }

        try
        {
            writer.Upsert(read(key, happened.Value));
            Judge(happened.Key, null);
        }
        catch (FormatException exception)
        {
            writer.Remove(key);
            Judge(happened.Key, exception.Message);
        }
    }

    private void Judge(string key, string? objection)
    {
        var changed = objection is null ? _unreadable.Remove(key) : _unreadable.GetValueOrDefault(key) != objection;
        if (objection is not null)
            _unreadable[key] = objection;
        if (!changed)
            return;
        if (_unreadable.Count == 0)
            health.Ok("every key is understood");
        else
            health.Degraded($"{_unreadable.Count} keys of the store are not understood; one of them: {_unreadable.First().Key}: {_unreadable.First().Value} Remove the key, and find out who wrote it.");
    }
}
