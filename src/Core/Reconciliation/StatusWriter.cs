using Cilium.Framework.Tables;

namespace Cilium.Framework.Reconciliation;

/// <summary>Writes the reconciler's part of the rows. A status is written only if the row is still the one that was tried; what the target acknowledged is always remembered.</summary>
internal sealed class StatusWriter<TKey, TRow>(IWriteTable<TKey, DesiredRow<TRow>> table, TimeProvider time)
    where TKey : notnull
    where TRow : class
{
    /// <summary>Says what a row waits for.</summary>
    public void Held(TKey key, DesiredRow<TRow> desired, string awaited)
    {
        var text = $"held back: {awaited}";
        if (desired.Status.Text == text)
            return;
        table.Write(writer =>
        {
            if (writer.TryGet(key, out var now) && IsSame(now, desired))
                writer.Upsert(now with { Status = now.Status with { State = RowState.Pending, Text = text } });
        });
    }

    /// <summary>Says what became of a batch.</summary>
    /// <param name="thrown">The batch failed as a whole: what the target holds is unknown.</param>
    public void Write(IReadOnlyList<Attempt<TKey, TRow>> batch, IReadOnlyList<RowOutcome> outcomes, bool thrown) => table.Write(writer =>
    {
        for (var i = 0; i < batch.Count; i++)
        {
            if (!writer.TryGet(batch[i].Key, out var now))
                continue;
            if (Next(now, batch[i], outcomes[i], thrown) is { } next)
                writer.Upsert(next);
            else
                writer.Remove(batch[i].Key);
        }
    });

    /// <summary>Forgets what the target held of keys that it has just pruned: their deletion had failed, or they may be desired again by now.</summary>
    public void Pruned(IEnumerable<TKey> keys) => table.Write(writer =>
    {
        foreach (var key in keys)
        {
            if (writer.TryGet(key, out var now) && now.Realised is not null)
                writer.Upsert(now with { Realised = null });
        }
    });

    // The row after the attempt; null when it is to leave the table.
    private DesiredRow<TRow>? Next(DesiredRow<TRow> now, Attempt<TKey, TRow> attempt, RowOutcome outcome, bool thrown)
    {
        var tried = attempt.Desired;
        var same = IsSame(now, tried);
        if (outcome.IsDone && same && tried.IsDeleting)
            return null;
        var after = now with { Realised = Realised(now, attempt, outcome, thrown) };
        if (!same)
            return after;
        if (!outcome.IsDone)
            return after with { Status = new(RowState.Error, outcome.Error!, time.GetUtcNow(), Math.Max(1, attempt.Work.Attempts)) };
        return now.Status.State == RowState.Done ? after : after with { Gate = null, Status = new(RowState.Done, attempt.Note, time.GetUtcNow()) };
    }

    private static TRow? Realised(DesiredRow<TRow> now, Attempt<TKey, TRow> attempt, RowOutcome outcome, bool thrown)
    {
        // A failed refresh found that the target does not hold what it had acknowledged.
        if (!outcome.IsDone)
            return thrown || attempt.IsRefresh ? null : now.Realised;
        return attempt.Desired.IsDeleting ? null : attempt.Desired.Row;
    }

    private static bool IsSame(DesiredRow<TRow> now, DesiredRow<TRow> tried) => ReferenceEquals(now.Row, tried.Row) && now.IsDeleting == tried.IsDeleting;
}
