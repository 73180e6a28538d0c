using Cilium.Framework.Conformance.Faults;
using Cilium.Framework.Conformance.Reconciliation;
using Cilium.Framework.Conformance.References;
using Cilium.Framework.Errors;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.Tests.Twins;

using Batch = ReconcileBatch<DeviceRow>;
using Held = Dictionary<string, DeviceRow>;

/// <summary>Targets with one defect each, and what their author is told.</summary>
public sealed class BrokenTargetTests
{
    [Fact]
    public Task A_target_that_fails_to_delete_what_is_not_there() => FailsAsync(
        (held, good) => new Twin(good, (batch, apply) => [.. batch.Items.Select(item =>
            item.Action == ReconcileAction.Delete && !held.ContainsKey(item.Row.Name) ? RowOutcome.Failed(ErrorKind.Internal, "no such device") : apply(item))]),
        nameof(TargetConformance<>.A_deleted_row_leaves_nothing_and_can_be_deleted_again),
        "Promise: IReconcileTarget.ApplyAsync: deleting what does not exist succeeds",
        "Delete of DeviceRow { Name = a, ",
        "failed: Internal: no such device",
        "Look at: an error of the kernel or server that says \"no such object\" is success.");

    [Fact]
    public Task A_target_that_leaves_outcomes_out() => FailsAsync(
        (_, good) => new Twin(good, (batch, apply) => [.. batch.Items.Where(item => item.Row != item.Realised).Select(apply)]),
        nameof(TargetConformance<>.Applying_a_realised_row_again_changes_nothing),
        "outcomes of a batch of 3 items: 0 instead of 3.",
        "items that are skipped because nothing is to be done need an outcome too: RowOutcome.Done.");

    [Fact]
    public Task A_target_that_says_done_and_does_nothing() => FailsAsync(
        (_, good) => new Twin(good, (batch, _) => [.. batch.Items.Select(_ => RowOutcome.Done)]),
        nameof(TargetConformance<>.Rows_are_realised_one_outcome_each),
        "was reported as Done, nothing more than before is observed.");

    [Fact]
    public Task A_target_that_adds_a_second_time() => FailsAsync(
        (held, good) => new Twin(good, (batch, apply) => [.. batch.Items.Select(item =>
            item.Action == ReconcileAction.Upsert && item.Realised is null && held.ContainsKey(item.Row.Name) ? RowOutcome.Failed(ErrorKind.Conflict, "file exists") : apply(item))]),
        nameof(TargetConformance<>.Applying_a_realised_row_again_changes_nothing),
        "failed: Conflict: file exists",
        "an add that fails when the object exists");

    [Fact]
    public Task A_target_whose_batch_ends_at_the_first_failure() => FailsAsync(
        (_, good) => new Twin(good, (batch, apply) =>
        {
            var failed = false;
            return [.. batch.Items.Select(item => failed ? RowOutcome.Failed(ErrorKind.Unavailable, "not tried") : apply(item)).Select(outcome => (failed |= !outcome.IsDone, outcome).outcome)];
        }),
        nameof(TargetConformance<>.A_refused_row_takes_no_other_with_it),
        "the row after the refused one failed too: not tried",
        "a loop that ends at the first failure");

    [Fact]
    public Task A_target_that_throws_where_one_row_is_bad() => FailsAsync(
        (_, good) => new Twin(good, (batch, apply) => [.. batch.Items.Select(item => item.Row.Name == "bad" ? throw new InvalidOperationException("bad row") : apply(item))]),
        nameof(TargetConformance<>.A_refused_row_takes_no_other_with_it),
        "one row that cannot be realised made the whole batch throw InvalidOperationException: bad row");

    [Fact]
    public Task A_target_that_compares_only_keys() => FailsAsync(
        (held, good) => new Twin(good, (batch, apply) => [.. batch.Items.Select(item => item.Action == ReconcileAction.Upsert && held.ContainsKey(item.Row.Name) ? RowOutcome.Done : apply(item))]),
        nameof(TargetConformance<>.A_changed_row_replaces_what_was_there),
        "what is observed after a row changed with its realised row",
        "an update that leaves a part of the old content, or that compares only keys.");

    [Fact]
    public Task A_target_that_prunes_what_it_forgot() => FailsAsync(
        (_, good) => new Remembering(good),
        nameof(TargetConformance<>.A_new_process_finds_what_the_old_one_made),
        "what is observed after a new process pruned with no desired row: ",
        "a dictionary in memory where the kernel or server should be asked.");

    [Fact]
    public Task A_target_that_prunes_what_belongs_to_others() => SuiteRun.FailsAsync(
        () => new Suite((held, _) => new MemoryTarget<DeviceRow, string>(row => row.Name, held)),
        nameof(TargetConformance<>.Pruning_never_touches_what_belongs_to_others),
        "something of somebody else is gone or changed after PruneAsync with no desired row.",
        "mark what is yours");

    [Fact]
    public Task A_target_that_hangs() => FailsAsync(
        (_, good) => new FaultyTarget<DeviceRow>(good, new FaultPlan(Fault.Always(FaultKind.Hangs, "PruneAsync"))),
        nameof(TargetConformance<>.Pruning_removes_what_nobody_desires_and_nothing_else),
        "IReconcileTarget.PruneAsync: every call returns or throws.",
        "no answer within 0.7 s.");

    private static Task FailsAsync(Func<Held, IReconcileTarget<DeviceRow>, IReconcileTarget<DeviceRow>> twin, string test, params string[] texts) =>
        SuiteRun.FailsAsync(() => new Suite(twin), test, texts);

    private sealed class Twin(IReconcileTarget<DeviceRow> good, Func<Batch, Func<ReconcileItem<DeviceRow>, RowOutcome>, IReadOnlyList<RowOutcome>> apply) : IReconcileTarget<DeviceRow>
    {
        public ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(Batch batch, CancellationToken cancellationToken) => new(apply(batch, item => One(item, cancellationToken)));

        public ValueTask<int> PruneAsync(IReadOnlyCollection<DeviceRow> desired, CancellationToken cancellationToken) => good.PruneAsync(desired, cancellationToken);

        private RowOutcome One(ReconcileItem<DeviceRow> item, CancellationToken cancellationToken)
        {
#pragma warning disable CA2012, VSTHRD002 // The reference works on its caller's thread.
            return good.ApplyAsync(new([item]), cancellationToken).Result[0];
#pragma warning restore CA2012, VSTHRD002
        }
    }

    /// <summary>Prunes only what this instance made.</summary>
    private sealed class Remembering(IReconcileTarget<DeviceRow> good) : IReconcileTarget<DeviceRow>
    {
        private readonly Held _made = [];

        public ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(Batch batch, CancellationToken cancellationToken)
        {
            foreach (var item in batch.Items.Where(item => item.Action == ReconcileAction.Upsert && item.Realised is null))
                _made.TryAdd(item.Row.Name, item.Row);
            return good.ApplyAsync(batch, cancellationToken);
        }

        public ValueTask<int> PruneAsync(IReadOnlyCollection<DeviceRow> desired, CancellationToken cancellationToken) =>
            _made.Count <= 3 && desired.Count == 0 ? new(0) : good.PruneAsync(desired, cancellationToken);
    }

    private sealed class Suite(Func<Held, IReconcileTarget<DeviceRow>, IReconcileTarget<DeviceRow>> twin) : References.MemoryTargetTests
    {
        private static readonly DeviceRow Foreign = new("theirs", DeviceRole.Native, 1500);

        protected override TimeSpan Patience => TimeSpan.FromMilliseconds(700);

        protected override IReconcileTarget<DeviceRow> NewTarget() => twin(Held, base.NewTarget());

        protected override ValueTask<bool> AddForeignAsync() => new(Held.TryAdd(Foreign.Name, Foreign));

        protected override ValueTask<bool> ForeignIsThereAsync() => new(Held.ContainsKey(Foreign.Name));
    }
}
