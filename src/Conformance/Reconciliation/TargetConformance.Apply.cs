using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Reconciliation;

namespace Cilium.Framework.Conformance.Reconciliation;

public abstract partial class TargetConformance<TRow>
{
    [Fact]
    public async Task Rows_are_realised_one_outcome_each()
    {
        var promise = new Promise("IReconcileTarget.ApplyAsync realises every row; an outcome that is Done means that it is there now.", "outcomes that are given before the work is done, or rows that are not written.");
        promise.Kept(Rows.Count >= 3, () => $"the suite needs at least three rows, Rows has {Rows.Count}.");
        var nothing = await SeenAsync();
        var seen = nothing.Length;
        foreach (var row in Rows)
        {
            await ApplyAsync(promise, Upsert(row));
            var now = (await SeenAsync()).Length;
            promise.Kept(now > seen, () => $"after {row} was reported as Done, nothing more than before is observed.");
            seen = now;
        }
    }

    [Fact]
    public async Task A_batch_gives_the_same_as_its_rows_one_by_one_in_any_order()
    {
        var promise = new Promise("IReconcileTarget.ApplyAsync: a batch is its rows, nothing more.", "state that is carried from one item of a batch to the next.");
        await ApplyAsync(promise, [.. Rows.Select(row => Upsert(row))]);
        var together = await SeenAsync();
        await ApplyAsync(promise, [.. Rows.Select(Delete)]);
        foreach (var row in Rows.Reverse())
            await ApplyAsync(promise, Upsert(row));
        promise.Same(together, await SeenAsync(), "what is observed after the rows came one by one in reverse");
    }

    [Fact]
    public async Task Applying_a_realised_row_again_changes_nothing()
    {
        var promise = new Promise(
            "IReconcileTarget.ApplyAsync: applying a row that is already realised changes nothing and succeeds; without a realised row the target compares with its own state.",
            "an add that fails when the object exists, or that makes a second one.");
        await ApplyAsync(promise, [.. Rows.Select(row => Upsert(row))]);
        var before = await SeenAsync();
        await ApplyAsync(promise, [.. Rows.Select(row => Upsert(row, row))]);
        promise.Same(before, await SeenAsync(), "what is observed after every row was applied again");
        await ApplyAsync(promise, [.. Rows.Select(row => Upsert(row))]);
        promise.Same(before, await SeenAsync(), "what is observed after every row was applied again without its realised row");
    }

    [Fact]
    public async Task A_changed_row_replaces_what_was_there()
    {
        var promise = new Promise("IReconcileTarget.ApplyAsync makes the target hold the row, whatever it holds now.", "an update that leaves a part of the old content, or that compares only keys.");
        var (row, changed) = (Rows[0], Changed(Rows[0]));
        await ApplyAsync(promise, Upsert(changed));
        var wanted = await SeenAsync();
        await ApplyAsync(promise, Delete(changed));
        foreach (var realised in (TRow?[])[row, null])
        {
            await ApplyAsync(promise, Upsert(row));
            var old = await SeenAsync();
            promise.Kept(!old.SequenceEqual(wanted), () => $"a row and its changed form look the same: {Show.All(old)}. Let Changed and ObserveAsync differ in something that is observed.");
            await ApplyAsync(promise, Upsert(changed, realised));
            promise.Same(wanted, await SeenAsync(), $"what is observed after a row changed {(realised is null ? "without" : "with")} its realised row");
        }
    }

    [Fact]
    public async Task A_deleted_row_leaves_nothing_and_can_be_deleted_again()
    {
        var promise = new Promise("IReconcileTarget.ApplyAsync: deleting what does not exist succeeds; a deleted row leaves nothing under its key.", "an error of the kernel or server that says \"no such object\" is success.");
        var nothing = await SeenAsync();
        await ApplyAsync(promise, Delete(Rows[0]));
        promise.Same(nothing, await SeenAsync(), "what is observed after deleting a row that never was");
        await ApplyAsync(promise, [.. Rows.Select(row => Upsert(row))]);
        await ApplyAsync(promise, [.. Rows.Select(Delete)]);
        promise.Same(nothing, await SeenAsync(), "what is observed after every row was deleted");
        await ApplyAsync(promise, [.. Rows.Select(Delete)]);
    }

    [Fact]
    public async Task A_refused_row_takes_no_other_with_it()
    {
        if (Refused is null)
        {
            NotApplicable("Refused gives null: this target refuses no row by an outcome");
            return;
        }

        var promise = new Promise(
            "IReconcileTarget.ApplyAsync: a failed item is an outcome that says what failed; the others of its batch are realised, and what was realised before is untouched.",
            "a loop that ends at the first failure, or an exception where RowOutcome.Failed belongs.");
        await ApplyAsync(promise, Upsert(Rows[0]), Upsert(Rows[1]));
        var wanted = await SeenAsync();
        await ApplyAsync(promise, Delete(Rows[1]));
        IReadOnlyList<RowOutcome> outcomes;
        try
        {
            outcomes = await TryAsync(Upsert(Refused), Upsert(Rows[1]));
        }
        catch (Exception error) when (error is not BrokenPromiseException)
        {
            throw promise.Broken($"one row that cannot be realised made the whole batch throw {Show.Failure(error)}");
        }

        promise.Kept(!outcomes[0].IsDone, () => $"{Refused} was accepted.");
        promise.Kept(outcomes[0].Error!.Length > 10, () => $"the refusal says only {Show.One(outcomes[0].Error)}; it has to name the object, the reason and what to do.");
        promise.Kept(outcomes[1].IsDone, () => $"the row after the refused one failed too: {outcomes[1].Error}");
        promise.Same(wanted, await SeenAsync(), "what is observed after a batch with a refused row");
    }

    [Fact]
    public async Task A_cancelled_batch_says_honestly_what_was_not_reached()
    {
        var promise = new Promise(
            "IReconcileTarget.ApplyAsync: cancellation ends the call between two items; those not reached count as failed.",
            "outcomes that are Done although the item was not carried out.");
        var nothing = await SeenAsync();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        try
        {
            var outcomes = await TryAsync(Target, [.. Rows.Select(row => Upsert(row))], cancelled.Token);
            var seen = await SeenAsync();
            promise.Kept(!outcomes.Any(outcome => outcome.IsDone) || seen.Length > nothing.Length, () => "rows of a cancelled call are reported as Done, but nothing of them is observed.");
        }
        catch (OperationCanceledException)
        {
        }

        await ApplyAsync(promise, [.. Rows.Select(row => Upsert(row))]);
        promise.Kept((await SeenAsync()).Length > nothing.Length, () => "rows that a cancelled call did not reach are not realised when they come again.");
    }
}
