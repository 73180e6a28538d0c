using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Cilium.Framework.Tables;

/// <summary>All rows of a table at one moment. Immutable; enumerates in no particular order.</summary>
public sealed class TableSnapshot<TKey, TRow> : IReadOnlyCollection<TRow>
    where TKey : notnull
    where TRow : class
{
    internal static readonly TableSnapshot<TKey, TRow> Empty = new(
        0, RowMap<TKey, TRow>.Empty, ImmutableDictionary<TKey, TableChange<TKey, TRow>>.Empty, ChangeLog<TKey, TRow>.Empty.ToBuilder());

    private readonly ChangeLog<TKey, TRow> _changes;

    internal TableSnapshot(
        ulong revision, RowMap<TKey, TRow> rows, ImmutableDictionary<TKey, TableChange<TKey, TRow>> tombstones, ChangeLog<TKey, TRow>.Builder changes)
    {
        (Revision, Rows, Tombstones) = (revision, rows, tombstones);
        _changes = changes.ToLog(rows.Count + tombstones.Count, IsLast);
    }

    /// <summary>Number of the last change; 0 for a table that was never written.</summary>
    public ulong Revision { get; }

    /// <inheritdoc />
    public int Count => Rows.Count;

    internal RowMap<TKey, TRow> Rows { get; }

    internal ImmutableDictionary<TKey, TableChange<TKey, TRow>> Tombstones { get; }

    /// <summary>Changes that are kept, replaced ones included.</summary>
    internal int Kept => _changes.Count;

    /// <summary>The row under a key; null when there is none.</summary>
    public TRow? this[TKey key] => Rows.TryGetValue(key, out var change) ? change.Row : null;

    /// <summary>Looks a key up.</summary>
    public bool TryGet(TKey key, [NotNullWhen(true)] out TRow? row) => (row = this[key]) is not null;

    /// <summary>Number of the last change of a row; 0 when there is no such row.</summary>
    public ulong RevisionOf(TKey key) => Rows.TryGetValue(key, out var change) ? change.Revision : 0;

    /// <inheritdoc />
    public IEnumerator<TRow> GetEnumerator() => Rows.Values.Select(change => change.Row).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Last changes after a revision, oldest first, removals of keys included as long as they are remembered.</summary>
    internal List<TableChange<TKey, TRow>> Since(ulong revision)
    {
        var since = new List<TableChange<TKey, TRow>>();
        foreach (var change in _changes.After(revision))
        {
            if (IsLast(change))
                since.Add(change);
        }

        return since;
    }

    internal ChangeLog<TKey, TRow>.Builder Append() => _changes.ToBuilder();

    private bool IsLast(TableChange<TKey, TRow> change) => ReferenceEquals(change.IsRemoval ? Tombstones.GetValueOrDefault(change.Key) : Rows.TryGetValue(change.Key, out var last) ? last : null, change);
}
