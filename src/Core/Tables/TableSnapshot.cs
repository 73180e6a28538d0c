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
        0,
        RowMap<TKey, TRow>.Empty,
        ImmutableDictionary<TKey, TableChange<TKey, TRow>>.Empty,
        ImmutableSortedSet.Create<TableChange<TKey, TRow>>(Comparer<TableChange<TKey, TRow>>.Create((a, b) => a.Revision.CompareTo(b.Revision))));

    internal TableSnapshot(
        ulong revision,
        RowMap<TKey, TRow> rows,
        ImmutableDictionary<TKey, TableChange<TKey, TRow>> tombstones,
        ImmutableSortedSet<TableChange<TKey, TRow>> changes) =>
        (Revision, Rows, Tombstones, Changes) = (revision, rows, tombstones, changes);

    /// <summary>Number of the last change; 0 for a table that was never written.</summary>
    public ulong Revision { get; }

    /// <inheritdoc />
    public int Count => Rows.Count;

    internal RowMap<TKey, TRow> Rows { get; }

    internal ImmutableDictionary<TKey, TableChange<TKey, TRow>> Tombstones { get; }

    // Rows and tombstones together, one entry per key, ordered by revision.
    internal ImmutableSortedSet<TableChange<TKey, TRow>> Changes { get; }

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
    internal IEnumerable<TableChange<TKey, TRow>> Since(ulong revision)
    {
        if (revision >= Revision || Changes.IsEmpty)
            yield break;
        for (var i = FirstAfter(revision); i < Changes.Count; i++)
            yield return Changes[i];
    }

    private int FirstAfter(ulong revision)
    {
        var (low, high) = (0, Changes.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Changes[middle].Revision > revision)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }
}
