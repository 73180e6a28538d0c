namespace Cilium.Framework.Tables;

/// <summary>A table as its one writer sees it. Writing a row equal to the present one changes nothing, not even the revision.</summary>
public interface IWriteTable<TKey, TRow> : IReadTable<TKey, TRow>
    where TKey : notnull
    where TRow : class
{
    /// <summary>Adds or replaces the row of its key.</summary>
    /// <returns>Whether anything changed.</returns>
    bool Upsert(TRow row);

    /// <summary>Removes the row of a key.</summary>
    /// <returns>Whether there was one.</returns>
    bool Remove(TKey key);

    /// <summary>Makes the table hold exactly these rows; readers see all of it at once.</summary>
    /// <returns>Number of rows added, replaced or removed.</returns>
    /// <exception cref="ArgumentException">Two rows have one key. Nothing was changed.</exception>
    int ReplaceAll(IEnumerable<TRow> rows);

    /// <summary>Several changes that readers see all at once, made under the table's lock: compute first, then write. When the function throws, nothing is changed.</summary>
    /// <returns>Number of changes.</returns>
    int Write(Action<TableWriter<TKey, TRow>> change);

    /// <summary>Announces somebody who will deliver an initial list. The table is initialised when all of them have.</summary>
    /// <exception cref="InvalidOperationException">The table is already initialised, or the name is taken.</exception>
    TableSource RegisterSource(string name);
}
