namespace Cilium.Framework.Tables;

/// <summary>The rows of a table by a value that is not their key; kept up from the table's changes. Used by one loop.</summary>
/// <param name="table">The table.</param>
/// <param name="valuesOf">Values of a row; pure.</param>
internal sealed class TableIndex<TValue, TKey, TRow>(IReadTable<TKey, TRow> table, Func<TRow, IEnumerable<TValue>> valuesOf)
    where TValue : notnull
    where TKey : notnull
    where TRow : class
{
    private readonly TableTracker<TKey, TRow> _tracker = table.Track();
    private readonly Dictionary<TKey, TValue[]> _values = [];

    // Arrays: of tens of thousands of values almost every one has a single key.
    private readonly Dictionary<TValue, TKey[]> _keys = [];

    /// <summary>Every value that a row has, as of the last <see cref="Update"/>.</summary>
    public IReadOnlyCollection<TValue> Values => _keys.Keys;

    /// <summary>Keys of the rows that have a value, as of the last <see cref="Update"/>.</summary>
    public IReadOnlyCollection<TKey> this[TValue value] => _keys.TryGetValue(value, out var keys) ? keys : [];

    /// <summary>Reads what has changed since the last call.</summary>
    /// <param name="touched">Gets the values that a changed row has now or had before.</param>
    public void Update(ISet<TValue> touched)
    {
        foreach (var change in _tracker.Next())
        {
            Take(change.Key, touched);
            if (!change.IsRemoval)
                Put(change.Key, [.. valuesOf(change.Row).Distinct()], touched);
        }
    }

    private void Put(TKey key, TValue[] values, ISet<TValue> touched)
    {
        if (values.Length == 0)
            return;
        _values[key] = values;
        foreach (var value in values)
        {
            touched.Add(value);
            _keys[value] = [.. this[value], key];
        }
    }

    private void Take(TKey key, ISet<TValue> touched)
    {
        if (!_values.Remove(key, out var values))
            return;
        foreach (var value in values)
        {
            touched.Add(value);
            TKey[] left = [.. _keys[value].Where(other => !other.Equals(key))];
            if (left.Length > 0)
                _keys[value] = left;
            else
                _keys.Remove(value);
        }
    }
}
