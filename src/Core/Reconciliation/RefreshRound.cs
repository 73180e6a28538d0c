namespace Cilium.Framework.Reconciliation;

/// <summary>Which realised rows are applied again, and when: all of them now and then, a few at a time, and at once those whose realised state was taken away.</summary>
/// <param name="table">The rows.</param>
/// <param name="drift">Keys that were taken away.</param>
/// <param name="options">The pace.</param>
internal sealed class RefreshRound<TKey, TRow>(DesiredTable<TKey, TRow> table, Drift<TKey> drift, ReconcilerOptions options)
    where TKey : notnull
    where TRow : class
{
    private readonly Queue<TKey> _left = [];

    /// <summary>When rows are due that nobody reported; null: never.</summary>
    public TimeSpan? Due { get; private set; } = options.RefreshInterval;

    /// <summary>Keys to be applied again now.</summary>
    /// <param name="now">Since the reconciler was made.</param>
    public IEnumerable<TKey> Next(TimeSpan now)
    {
        foreach (var key in drift.Take())
            yield return key;
        if (Due is not { } due || now < due)
            yield break;
        if (_left.Count == 0)
        {
            foreach (var desired in table.Rows.Where(desired => desired.IsDone))
                _left.Enqueue(table.KeyOf(desired.Row));
        }

        for (var i = 0; i < options.RefreshBatch && _left.TryDequeue(out var key); i++)
            yield return key;
        Due = now + (_left.Count > 0 ? options.RefreshPause : options.RefreshInterval!.Value);
    }
}
