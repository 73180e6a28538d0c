namespace Cilium.Framework.Tables;

/// <summary>
/// Changes of a table in the order of their revisions. All snapshots read the beginning of one array, to which commits append. A change that another one of its key
/// has replaced stays in it until too many are such: who reads asks the snapshot which ones are.
/// </summary>
internal sealed class ChangeLog<TKey, TRow>
    where TKey : notnull
    where TRow : class
{
    public static readonly ChangeLog<TKey, TRow> Empty = new([], 0);

    private readonly TableChange<TKey, TRow>[] _changes;

    private ChangeLog(TableChange<TKey, TRow>[] changes, int count) => (_changes, Count) = (changes, count);

    /// <summary>Number of changes, replaced ones included.</summary>
    public int Count { get; }

    /// <summary>Changes after a revision, oldest first, replaced ones included.</summary>
    public ReadOnlySpan<TableChange<TKey, TRow>> After(ulong revision)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_changes[middle].Revision > revision)
                high = middle;
            else
                low = middle + 1;
        }

        return _changes.AsSpan(low, Count - low);
    }

    /// <summary>What a commit appends to. Only the newest log may be appended to, and by one at a time.</summary>
    public Builder ToBuilder() => new(_changes, Count);

    /// <summary>What a commit appends.</summary>
    internal sealed class Builder(TableChange<TKey, TRow>[] changes, int count)
    {
        /// <summary>A log of few changes is not worth an array of another length.</summary>
        private const int Slack = 64;

        private TableChange<TKey, TRow>[] _changes = changes;
        private int _count = count;

        public void Add(TableChange<TKey, TRow> change)
        {
            if (_count == _changes.Length)
                Array.Resize(ref _changes, Math.Max(4, _count * 2));
            // Behind what any snapshot reads.
            _changes[_count++] = change;
        }

        /// <param name="last">How many changes are the last of their key; the log has not much more than half as many again.</param>
        /// <param name="isLast">Whether one is.</param>
        public ChangeLog<TKey, TRow> ToLog(int last, Func<TableChange<TKey, TRow>, bool> isLast)
        {
            if (_count - last <= last / 2 + Slack)
                return new(_changes, _count);
            var kept = Array.FindAll(_changes[.._count], change => isLast(change));
            return new(kept, kept.Length);
        }
    }
}
