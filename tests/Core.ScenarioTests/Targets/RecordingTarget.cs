using Cilium.Framework.Errors;
using Cilium.Framework.Reconciliation;

namespace Cilium.Framework.Core.ScenarioTests.Targets;

/// <summary>A target that holds rows in memory, one at a time, lets other loops run between two rows, and fails as told. Outlives the agent.</summary>
/// <param name="name">Name of its table.</param>
/// <param name="keyOf">Key of a row.</param>
/// <param name="changed">Told after each row that changed anything, with what the target held and holds under its key.</param>
/// <param name="misled">Told when an item names a realised row that the target does not hold.</param>
internal sealed class RecordingTarget<TKey, TRow>(string name, Func<TRow, TKey> keyOf, Action<TRow?, TRow?> changed, Action<string> misled) : IReconcileTarget<TRow>, IFaultyTarget
    where TKey : notnull
    where TRow : class
{
    private TaskCompletionSource? _silence;
    private int _itemsUntilRefusal;
    private int _callsUntilThrow;
    private int _itemsBeforeThrow;

    /// <summary>Told of each row that is to be stored, when the call begins: its gate has just been judged.</summary>
    public Action<TRow> Applying { get; init; } = _ => { };

    public Dictionary<TKey, TRow> Held { get; } = [];

    public bool Refuses { get; set; }

    public bool HasFailed { get; private set; }

    public void RefuseOnce(int nth) => _itemsUntilRefusal = nth;

    public void ThrowOnce(int nth, int after) => (_callsUntilThrow, _itemsBeforeThrow) = (nth, after);

    public void SetAnswers(bool answers)
    {
        var silence = _silence;
        _silence = answers ? null : _silence ?? new();
        if (answers)
            silence?.SetResult();
    }

    public async ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<TRow> batch, CancellationToken cancellationToken)
    {
        foreach (var item in batch.Items.Where(item => item.Action == ReconcileAction.Upsert))
            Applying(item.Row);
        if (_silence is { } silence)
            await silence.Task.WaitAsync(cancellationToken);
        var throwsAfter = --_callsUntilThrow == 0 ? Math.Min(_itemsBeforeThrow, batch.Items.Count) : -1;
        var outcomes = new List<RowOutcome>();
        foreach (var item in batch.Items)
        {
            if (outcomes.Count == throwsAfter)
                break;
            await Task.Yield();
            outcomes.Add(Apply(item));
        }

        if (throwsAfter < 0)
            return outcomes;
        HasFailed = true;
        throw new CiliumException(ErrorKind.Unavailable, $"{name}: thrown by the scenario");
    }

    public async ValueTask<int> PruneAsync(IReadOnlyCollection<TRow> desired, CancellationToken cancellationToken)
    {
        var foreign = Held.Keys.Except(desired.Select(keyOf)).ToList();
        foreach (var key in foreign)
        {
            await Task.Yield();
            Store(key, null);
        }

        return foreign.Count;
    }

    private RowOutcome Apply(ReconcileItem<TRow> item)
    {
        var key = keyOf(item.Row);
        if (item.Realised is not null && !item.Realised.Equals(Held.GetValueOrDefault(key)))
            misled($"{name} {key}: the item names {item.Realised} as realised, the target holds {Held.GetValueOrDefault(key)}");
        if (Refuses || --_itemsUntilRefusal == 0)
        {
            HasFailed = true;
            return RowOutcome.Failed(ErrorKind.Unavailable, $"{name}: refused by the scenario");
        }

        Store(key, item.Action == ReconcileAction.Delete ? null : item.Row);
        return RowOutcome.Done;
    }

    private void Store(TKey key, TRow? row)
    {
        var before = Held.GetValueOrDefault(key);
        if (row is null ? before is null : row.Equals(before))
            return;
        if (row is null)
            Held.Remove(key);
        else
            Held[key] = row;
        changed(before, row);
    }
}
