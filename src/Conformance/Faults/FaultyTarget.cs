using Cilium.Framework.Errors;
using Cilium.Framework.Reconciliation;

namespace Cilium.Framework.Conformance.Faults;

/// <summary>A target whose calls go wrong as planned. Rows are counted one by one under the call's name with <c>.Row</c>, and refused by <see cref="FaultKind.LosesOne"/>.</summary>
/// <typeparam name="TRow">An immutable row.</typeparam>
/// <param name="target">What carries the calls out.</param>
/// <param name="plan">What goes wrong.</param>
/// <param name="prefix">Put before the names of the calls, such as <c>Policies.</c>.</param>
public sealed class FaultyTarget<TRow>(IReconcileTarget<TRow> target, FaultPlan plan, string prefix = "") : IReconcileTarget<TRow>
    where TRow : class
{
    private readonly string _apply = prefix + nameof(ApplyAsync), _row = prefix + nameof(ApplyAsync) + ".Row", _prune = prefix + nameof(PruneAsync);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<TRow> batch, CancellationToken cancellationToken) =>
        plan.RunAsync(_apply, () => EachAsync(batch, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public ValueTask<int> PruneAsync(IReadOnlyCollection<TRow> desired, CancellationToken cancellationToken) =>
        plan.RunAsync(_prune, () => target.PruneAsync(desired, cancellationToken), cancellationToken);

    private async ValueTask<IReadOnlyList<RowOutcome>> EachAsync(ReconcileBatch<TRow> batch, CancellationToken cancellationToken)
    {
        var refused = batch.Items.Select(_ => plan.Loses(_row)).ToArray();
        var passed = batch.Items.Where((_, index) => !refused[index]).ToArray();
        var outcomes = new Queue<RowOutcome>(passed.Length == 0 ? [] : await target.ApplyAsync(new(passed), cancellationToken));
        return [.. refused.Select((isRefused, index) => isRefused
            ? RowOutcome.Failed(ErrorKind.Unavailable, $"fault: {batch.Items[index].Row} was made to fail.")
            : outcomes.Dequeue())];
    }
}
