using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Reconciliation;

namespace Cilium.Framework.Conformance.Reconciliation;

/// <summary>What every <see cref="IReconcileTarget{TRow}"/> must do. Derive from it, and say how the target is made, which rows it may be given, and how to see from outside what it made.</summary>
/// <typeparam name="TRow">The rows.</typeparam>
public abstract partial class TargetConformance<TRow> : IAsyncLifetime
    where TRow : class
{
    private IReconcileTarget<TRow>? _target;

    /// <summary>Makes a target that holds nothing, ready for use.</summary>
    protected abstract ValueTask<IReconcileTarget<TRow>> CreateAsync();

    /// <summary>Makes the target that another process would have, over what the one of this test made; null when what it makes ends with the process.</summary>
    protected virtual ValueTask<IReconcileTarget<TRow>?> RestartAsync() => ValueTask.FromResult<IReconcileTarget<TRow>?>(null);

    /// <summary>Rows that the target accepts, each with another key; at least three.</summary>
    protected abstract IReadOnlyList<TRow> Rows { get; }

    /// <summary>A row with the same key and other content.</summary>
    /// <param name="row">One of <see cref="Rows"/>.</param>
    protected abstract TRow Changed(TRow row);

    /// <summary>A row with a key of its own that the target refuses by an outcome; null when there is none.</summary>
    protected virtual TRow? Refused => null;

    /// <summary>What the target has made so far, as somebody sees it who does not ask the target: a line for each object, in any order.</summary>
    protected abstract ValueTask<IReadOnlyList<string>> ObserveAsync();

    /// <summary>Makes something of somebody else where the target works, so that it would meet it when it prunes; false when there can be no such thing.</summary>
    protected virtual ValueTask<bool> AddForeignAsync() => ValueTask.FromResult(false);

    /// <summary>True while what <see cref="AddForeignAsync"/> made is still there, unchanged.</summary>
    protected virtual ValueTask<bool> ForeignIsThereAsync() => ValueTask.FromResult(true);

    /// <summary>Carries a call of the target out; override it when calls belong into a certain thread or namespace.</summary>
    /// <typeparam name="T">Result of the call.</typeparam>
    /// <param name="call">The call.</param>
    protected virtual ValueTask<T> RunAsync<T>(Func<ValueTask<T>> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return call();
    }

    /// <summary>Told why a test does not apply to this backend: it is skipped. Override it to name what you expect not to apply; the test then ends.</summary>
    /// <param name="reason">What is missing or not claimed.</param>
    protected virtual void NotApplicable(string reason) => Assert.Skip(reason);

    /// <summary>How long one call may take before it counts as hanging.</summary>
    protected virtual TimeSpan Patience => TimeSpan.FromSeconds(10);

    /// <summary>Begins a test.</summary>
    public async ValueTask InitializeAsync() => _target = await CreateAsync();

    /// <summary>Ends a test; override it to remove what was made.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return default;
    }

    private protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    private protected IReconcileTarget<TRow> Target => _target ?? throw new InvalidOperationException("The test has not begun.");

    private Deadline Within => new(Patience);

    private protected static ReconcileItem<TRow> Upsert(TRow row, TRow? realised = null) => new(ReconcileAction.Upsert, row, realised);

    private protected static ReconcileItem<TRow> Delete(TRow row) => new(ReconcileAction.Delete, row, row);

    private protected Task<IReadOnlyList<RowOutcome>> TryAsync(params ReconcileItem<TRow>[] items) => TryAsync(Target, items, Stop);

    private async Task<IReadOnlyList<RowOutcome>> TryAsync(IReconcileTarget<TRow> target, ReconcileItem<TRow>[] items, CancellationToken cancellationToken)
    {
        var outcomes = await Within.Of(RunAsync(() => target.ApplyAsync(new(items), cancellationToken)), "IReconcileTarget.ApplyAsync");
        new Promise("IReconcileTarget.ApplyAsync returns one outcome per item, in the order of the items.", "items that are skipped because nothing is to be done need an outcome too: RowOutcome.Done.")
            .Equal(items.Length, outcomes.Count, $"outcomes of a batch of {items.Length} items");
        return outcomes;
    }

    private protected async Task ApplyAsync(Promise promise, params ReconcileItem<TRow>[] items) => await ApplyAsync(Target, promise, items);

    private async Task ApplyAsync(IReconcileTarget<TRow> target, Promise promise, params ReconcileItem<TRow>[] items)
    {
        var outcomes = await TryAsync(target, items, Stop);
        foreach (var (item, outcome) in items.Zip(outcomes))
            promise.Kept(outcome.IsDone, () => $"{item.Action} of {item.Row} failed: {outcome.Kind}: {outcome.Error}");
    }

    private protected Task<int> PruneAsync(IReconcileTarget<TRow> target, params TRow[] desired) =>
        Within.Of(RunAsync(() => target.PruneAsync(desired, Stop)), "IReconcileTarget.PruneAsync");

    private protected async Task<string[]> SeenAsync() => [.. (await ObserveAsync()).Order(StringComparer.Ordinal)];
}
