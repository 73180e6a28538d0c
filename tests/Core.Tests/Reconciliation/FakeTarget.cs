using Cilium.Framework.Reconciliation;

namespace Cilium.Framework.Core.Tests.Reconciliation;

internal sealed record Row(int Key, int Value);

/// <summary>A target that remembers what it holds and what it was asked, and fails as told.</summary>
internal sealed class FakeTarget : IReconcileTarget<Row>
{
    public Dictionary<int, int> Held { get; } = [];

    /// <summary>Every item and prune in order, such as <c>+1=7</c>, <c>-1</c>, <c>prune 1,2</c>.</summary>
    public List<string> Log { get; } = [];

    public List<ReconcileItem<Row>> Items { get; } = [];

    /// <summary>An item named a realised row that the target does not hold: a target that applies differences would go wrong.</summary>
    public bool WasMisled { get; private set; }

    public List<int> BatchSizes { get; } = [];

    /// <summary>Outcome of an item; Done when null.</summary>
    public Func<ReconcileItem<Row>, RowOutcome>? Outcome { get; set; }

    /// <summary>Asked before each call; throws to fail it as a whole.</summary>
    public Action<ReconcileBatch<Row>>? BeforeApply { get; set; }

    public Action? BeforePrune { get; set; }

    /// <summary>Runs while a call is under way.</summary>
    public Action? During { get; set; }

    /// <summary>Calls hang until it is set; null: they do not.</summary>
    public TaskCompletionSource? Silence { get; set; }

    /// <summary>A call that hangs goes on when it is told to give up.</summary>
    public bool IsDeaf { get; set; }

    public async ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<Row> batch, CancellationToken cancellationToken)
    {
        BatchSizes.Add(batch.Items.Count);
        await HangAsync(cancellationToken);
        During?.Invoke();
        BeforeApply?.Invoke(batch);
        return [.. batch.Items.Select(Apply)];
    }

    public async ValueTask<int> PruneAsync(IReadOnlyCollection<Row> desired, CancellationToken cancellationToken)
    {
        await HangAsync(cancellationToken);
        BeforePrune?.Invoke();
        Log.Add($"prune {string.Join(',', desired.Select(row => row.Key).Order())}");
        var foreign = Held.Keys.Except(desired.Select(row => row.Key)).ToArray();
        foreach (var key in foreign)
            Held.Remove(key);
        return foreign.Length;
    }

    private Task HangAsync(CancellationToken cancellationToken) => Silence?.Task.WaitAsync(IsDeaf ? CancellationToken.None : cancellationToken) ?? Task.CompletedTask;

    private RowOutcome Apply(ReconcileItem<Row> item)
    {
        Items.Add(item);
        WasMisled |= item.Realised is { } realised && (!Held.TryGetValue(realised.Key, out var held) || held != realised.Value);
        Log.Add(item.Action == ReconcileAction.Delete ? $"-{item.Row.Key}" : $"+{item.Row.Key}={item.Row.Value}");
        var outcome = Outcome?.Invoke(item) ?? RowOutcome.Done;
        if (!outcome.IsDone)
            return outcome;
        if (item.Action == ReconcileAction.Delete)
            Held.Remove(item.Row.Key);
        else
            Held[item.Row.Key] = item.Row.Value;
        return outcome;
    }
}
