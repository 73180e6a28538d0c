namespace Cilium.Framework.Tables;

/// <summary>Reads the changes of a table in the order in which they happened, each key with its last state only. Used by one loop.</summary>
public sealed class TableTracker<TKey, TRow> : IDisposable
    where TKey : notnull
    where TRow : class
{
    private readonly Table<TKey, TRow> _table;
    private readonly ulong _born;
    private ulong _position;

    internal TableTracker(Table<TKey, TRow> table, ulong born) => (_table, _born) = (table, born);

    /// <summary>Revision up to which everything was read.</summary>
    public ulong Position => Volatile.Read(ref _position);

    /// <summary>Changes since the last call, at first all present rows. Removals of what the reader never saw can occur and mean nothing to it.</summary>
    public IReadOnlyList<TableChange<TKey, TRow>> Next()
    {
        var snapshot = _table.Snapshot;
        if (snapshot.Revision == _position)
            return [];
        // What was gone before this reader was born never existed for it.
        var changes = snapshot.Since(_position);
        changes.RemoveAll(change => change.IsRemoval && change.Revision <= _born);
        Volatile.Write(ref _position, snapshot.Revision);
        _table.Forget();
        return changes;
    }

    /// <summary>Lets the table forget removals that only this reader had not seen.</summary>
    public void Dispose() => _table.Untrack(this);
}
