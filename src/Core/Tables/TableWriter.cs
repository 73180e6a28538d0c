using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Cilium.Framework.Tables;

/// <summary>Changes of one commit. Valid only within the function it is given to.</summary>
public sealed class TableWriter<TKey, TRow>
    where TKey : notnull
    where TRow : class
{
    private readonly Func<TRow, TKey> _keyOf;
    private readonly bool _keepTombstones;
    private readonly RowMap<TKey, TRow>.Builder _rows;
    private readonly ImmutableDictionary<TKey, TableChange<TKey, TRow>>.Builder _tombstones;
    private readonly ChangeLog<TKey, TRow>.Builder _changes;
    private ulong _revision;

    internal TableWriter(TableSnapshot<TKey, TRow> snapshot, Func<TRow, TKey> keyOf, bool keepTombstones)
    {
        (_keyOf, _keepTombstones, _revision) = (keyOf, keepTombstones, snapshot.Revision);
        _rows = snapshot.Rows.ToBuilder();
        _tombstones = snapshot.Tombstones.ToBuilder();
        _changes = snapshot.Append();
    }

    /// <summary>Number of changes so far.</summary>
    public int Changed { get; private set; }

    /// <summary>Rows as changed so far.</summary>
    public IEnumerable<TRow> Rows => _rows.Values.Select(change => change.Row);

    /// <summary>Keys as changed so far.</summary>
    internal IEnumerable<TKey> Keys => _rows.Keys;

    /// <summary>Looks a key up, changes so far included.</summary>
    public bool TryGet(TKey key, [NotNullWhen(true)] out TRow? row)
    {
        row = _rows.TryGetValue(key, out var change) ? change.Row : null;
        return row is not null;
    }

    /// <summary>Adds or replaces the row of its key; nothing when an equal row is there.</summary>
    public bool Upsert(TRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var key = _keyOf(row);
        if (_rows.TryGetValue(key, out var old) && EqualityComparer<TRow>.Default.Equals(old.Row, row))
            return false;
        _tombstones.Remove(key);
        var change = new TableChange<TKey, TRow>(++_revision, key, row, IsRemoval: false);
        _rows.Set(change);
        _changes.Add(change);
        Changed++;
        return true;
    }

    /// <summary>Removes the row of a key; nothing when there is none.</summary>
    public bool Remove(TKey key)
    {
        if (!_rows.TryGetValue(key, out var old))
            return false;
        _rows.Remove(key);
        _revision++;
        Changed++;
        if (!_keepTombstones)
            return true;
        var tombstone = new TableChange<TKey, TRow>(_revision, key, old.Row, IsRemoval: true);
        _tombstones[key] = tombstone;
        _changes.Add(tombstone);
        return true;
    }

    internal TableSnapshot<TKey, TRow> ToSnapshot() => new(_revision, _rows.ToImmutable(), _tombstones.ToImmutable(), _changes);
}
