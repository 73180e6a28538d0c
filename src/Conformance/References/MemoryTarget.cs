using Cilium.Framework.Errors;
using Cilium.Framework.Reconciliation;

namespace Cilium.Framework.Conformance.References;

/// <summary>A target that keeps rows in a dictionary. The dictionary stands for the kernel: instances over one are one target over restarts.</summary>
/// <typeparam name="TRow">An immutable row.</typeparam>
/// <typeparam name="TKey">Its key.</typeparam>
/// <param name="keyOf">The key of a row.</param>
/// <param name="held">Where the rows are kept.</param>
public sealed class MemoryTarget<TRow, TKey>(Func<TRow, TKey> keyOf, IDictionary<TKey, TRow> held) : IReconcileTarget<TRow>
    where TRow : class
    where TKey : notnull
{
    /// <summary>Why a row cannot be realised; null when it can.</summary>
    public Func<TRow, string?> Refuses { get; init; } = _ => null;

    /// <summary>Told of the row that was held before another takes its place, or nothing does.</summary>
    public Action<TRow> Replaced { get; init; } = _ => { };

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<TRow> batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return new([.. batch.Items.Select(item => cancellationToken.IsCancellationRequested
            ? RowOutcome.Failed(ErrorKind.Unavailable, $"{keyOf(item.Row)}: not reached before the call was ended.")
            : Apply(item))]);
    }

    /// <inheritdoc />
    public ValueTask<int> PruneAsync(IReadOnlyCollection<TRow> desired, CancellationToken cancellationToken)
    {
        var wanted = desired.Select(keyOf).ToHashSet();
        return new(held.Keys.Where(key => !wanted.Contains(key)).ToArray().Count(Remove));
    }

    private RowOutcome Apply(ReconcileItem<TRow> item)
    {
        if (item.Action == ReconcileAction.Delete)
        {
            Remove(keyOf(item.Row));
            return RowOutcome.Done;
        }

        if (Refuses(item.Row) is { } reason)
            return RowOutcome.Failed(ErrorKind.Invalid, reason);
        if (held.TryGetValue(keyOf(item.Row), out var before) && !before.Equals(item.Row))
            Replaced(before);
        held[keyOf(item.Row)] = item.Row;
        return RowOutcome.Done;
    }

    private bool Remove(TKey key)
    {
        if (!held.TryGetValue(key, out var row))
            return false;
        held.Remove(key);
        Replaced(row);
        return true;
    }
}
