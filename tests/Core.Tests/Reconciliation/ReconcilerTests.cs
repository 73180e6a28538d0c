using Cilium.Framework.Errors;
using Cilium.Framework.Health;
using Cilium.Framework.Reconciliation;

namespace Cilium.Framework.Core.Tests.Reconciliation;

public sealed class ReconcilerTests : IDisposable
{
    private readonly Setup _it = new();

    [Fact]
    public async Task A_new_row_is_applied_and_becomes_done()
    {
        _it.Table.Upsert(new(1, 7));
        await _it.StepAsync();
        Assert.Equal(["+1=7"], _it.Target.Log);
        Assert.Equal(RowState.Done, _it.StatusOf(1)!.State);
        Assert.Equal("1 of 1 rows realised", _it.Health.Message);
    }

    [Fact]
    public async Task An_equal_row_is_not_applied_again()
    {
        _it.Table.Upsert(new(1, 7));
        await _it.StepAsync();
        _it.Table.Upsert(new(1, 7));
        await _it.StepAsync();
        Assert.Single(_it.Target.Log);
    }

    [Fact]
    public async Task A_changed_row_comes_with_the_row_last_realised()
    {
        _it.Table.Upsert(new(1, 7));
        await _it.StepAsync();
        _it.Table.Upsert(new(1, 8));
        await _it.StepAsync();
        Assert.Null(_it.Target.Items[0].Realised);
        Assert.Equal(new Row(1, 7), _it.Target.Items[1].Realised);
    }

    [Fact]
    public async Task A_failed_row_is_tried_again_after_growing_pauses_up_to_a_minute()
    {
        _it.Target.Outcome = _ => RowOutcome.Failed(ErrorKind.Unavailable, "eth0 is down");
        _it.Table.Upsert(new(1, 7));
        var pauses = new List<double> { (await _it.StepAsync()).TotalMilliseconds };
        for (var i = 0; i < 11; i++)
            pauses.Add((await _it.StepAfterAsync(TimeSpan.FromMilliseconds(pauses[^1]))).TotalMilliseconds);
        Assert.Equal([100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 51200, 60000, 60000], pauses);
        Assert.Equal(12, _it.Target.Log.Count);
        Assert.Equal(("eth0 is down", 12), (_it.StatusOf(1)!.Text, _it.StatusOf(1)!.Attempts));
        Assert.Equal(HealthLevel.Degraded, _it.Health.Level);
        Assert.Equal("1 of 1 rows of rows are not realised; one of them: eth0 is down", _it.Health.Message);
    }

    [Fact]
    public async Task A_failed_row_is_not_tried_before_its_time()
    {
        _it.Target.Outcome = _ => RowOutcome.Failed(ErrorKind.Unavailable, "no");
        _it.Table.Upsert(new(1, 7));
        await _it.StepAsync();
        await _it.StepAfterAsync(TimeSpan.FromMilliseconds(99));
        Assert.Single(_it.Target.Log);
    }

    [Theory]
    [InlineData(ErrorKind.Invalid)]
    [InlineData(ErrorKind.Unsupported)]
    public async Task A_row_that_can_never_succeed_waits_for_its_change(ErrorKind kind)
    {
        _it.Target.Outcome = item => item.Row.Value == 7 ? RowOutcome.Failed(kind, "no") : RowOutcome.Done;
        _it.Table.Upsert(new(1, 7));
        await _it.StepAsync();
        await _it.StepAfterAsync(TimeSpan.FromHours(2));
        Assert.Single(_it.Target.Log);
        _it.Table.Upsert(new(1, 8));
        await _it.StepAsync();
        Assert.Equal(RowState.Done, _it.StatusOf(1)!.State);
    }

    [Fact]
    public async Task One_failed_row_does_not_hold_up_the_others()
    {
        _it.Target.Outcome = item => item.Row.Key == 1 ? RowOutcome.Failed(ErrorKind.Internal, "no") : RowOutcome.Done;
        _it.Table.ReplaceAll([new(1, 7), new(2, 7)]);
        await _it.StepAsync();
        Assert.Equal((RowState.Error, RowState.Done), (_it.StatusOf(1)!.State, _it.StatusOf(2)!.State));
    }

    [Fact]
    public async Task A_target_that_throws_fails_the_whole_batch_and_forgets_what_was_realised()
    {
        _it.Table.Upsert(new(1, 7));
        await _it.StepAsync();
        _it.Target.BeforeApply = _ => throw new CiliumException(ErrorKind.Invalid, "the socket is gone");
        _it.Table.ReplaceAll([new(1, 8), new(2, 8)]);
        await _it.StepAsync();
        Assert.All(_it.Table.Rows, row => Assert.Equal((RowState.Error, "the socket is gone", null), (row.Status.State, row.Status.Text, row.Realised)));
        _it.Target.BeforeApply = null;
        await _it.StepAfterAsync(TimeSpan.FromMilliseconds(100));
        Assert.All(_it.Table.Rows, row => Assert.True(row.IsDone));
    }

    [Fact]
    public async Task A_row_that_makes_the_target_throw_blocks_the_others_only_for_a_while()
    {
        _it.Target.BeforeApply = batch =>
        {
            if (batch.Items.Any(item => item.Row.Key == 3))
                throw new InvalidOperationException("bad row");
        };
        _it.Table.ReplaceAll(Enumerable.Range(0, 8).Select(key => new Row(key, 7)));
        for (var i = 0; i < 15; i++)
            await _it.StepAfterAsync(TimeSpan.FromMinutes(1));
        Assert.Equal([3], _it.Table.Rows.Where(row => !row.IsDone).Select(row => row.Row.Key));
    }

    [Fact]
    public async Task A_target_that_gives_too_few_outcomes_is_named()
    {
        using var short_ = new ShortAnswers();
        await short_.Reconciler.StepAsync(TestContext.Current.CancellationToken);
        Assert.Equal("the target of rows gave 0 outcomes for 1 items: its defect", short_.Table.Rows[1]!.Status.Text);
    }

    [Fact]
    public async Task A_status_is_not_written_to_a_row_that_changed_meanwhile()
    {
        _it.Target.During = () =>
        {
            _it.Target.During = null;
            _it.Table.Upsert(new(1, 8));
        };
        _it.Table.Upsert(new(1, 7));
        await _it.StepAsync();
        Assert.Equal((RowState.Pending, 8), (_it.StatusOf(1)!.State, _it.Table.Rows[1]!.Row.Value));
        await _it.StepAsync();
        Assert.Equal(new Row(1, 7), _it.Target.Items[^1].Realised);
        Assert.True(_it.Table.Rows[1]!.IsDone);
    }

    [Fact]
    public async Task A_row_that_comes_back_while_it_is_deleted_is_applied_again()
    {
        _it.Source.ListDone();
        _it.Table.Upsert(new(1, 7));
        await _it.StepAsync();
        _it.Table.Remove(1);
        _it.Target.During = () =>
        {
            _it.Target.During = null;
            _it.Table.Upsert(new(1, 7));
        };
        await _it.StepAsync();
        await _it.StepAsync();
        Assert.Equal(["+1=7", "prune 1", "-1", "+1=7"], _it.Target.Log);
        Assert.Null(_it.Target.Items[^1].Realised);
        Assert.Equal(7, _it.Target.Held[1]);
    }

    [Fact]
    public async Task No_delete_and_no_prune_reaches_the_target_before_the_table_is_initialised()
    {
        _it.Target.Held[9] = 9;
        _it.Table.ReplaceAll([new(1, 7), new(2, 7)]);
        await _it.StepAsync();
        _it.Table.Remove(1);
        await _it.StepAfterAsync(TimeSpan.FromHours(3));
        Assert.Equal(["+1=7", "+2=7"], _it.Target.Log);
        Assert.True(_it.Table.Rows[1]!.IsDeleting);
        _it.Source.ListDone();
        await _it.StepAsync();
        Assert.Equal(["+1=7", "+2=7", "-1", "prune 2"], _it.Target.Log);
        Assert.Equal([2], _it.Target.Held.Keys);
        Assert.Null(_it.Table.Rows[1]);
    }

    [Fact]
    public async Task A_failed_delete_stays_as_deleting_and_is_tried_again()
    {
        _it.Source.ListDone();
        _it.Table.Upsert(new(1, 7));
        await _it.StepAsync();
        _it.Target.Outcome = _ => RowOutcome.Failed(ErrorKind.Unavailable, "busy");
        _it.Table.Remove(1);
        await _it.StepAsync();
        Assert.Equal((true, RowState.Error, "busy"), (_it.Table.Rows[1]!.IsDeleting, _it.StatusOf(1)!.State, _it.StatusOf(1)!.Text));
        Assert.Empty(_it.Table.Desired);
        _it.Target.Outcome = null;
        await _it.StepAfterAsync(TimeSpan.FromMilliseconds(100));
        Assert.Empty(_it.Table.Rows);
    }

    [Fact]
    public async Task What_nobody_desires_is_removed_again_every_hour()
    {
        _it.Source.ListDone();
        Assert.Equal(TimeSpan.FromHours(1), await _it.StepAsync());
        await _it.StepAfterAsync(TimeSpan.FromMinutes(59));
        await _it.StepAfterAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(["prune ", "prune "], _it.Target.Log);
    }

    [Fact]
    public async Task A_failed_prune_is_tried_again_soon()
    {
        _it.Target.BeforePrune = () => throw new CiliumException(ErrorKind.Unavailable, "map cannot be read");
        _it.Source.ListDone();
        Assert.Equal(TimeSpan.FromMilliseconds(100), await _it.StepAsync());
        Assert.Equal("what nobody desires in rows could not be removed: map cannot be read", _it.Health.Message);
        _it.Target.BeforePrune = null;
        Assert.Equal(TimeSpan.FromHours(1), await _it.StepAfterAsync(TimeSpan.FromMilliseconds(100)));
        Assert.Equal(HealthLevel.Ok, _it.Health.Level);
    }

    [Theory]
    [InlineData(BatchOrder.UpsertsFirst, "+2=7 -1")]
    [InlineData(BatchOrder.DeletesFirst, "-1 +2=7")]
    public async Task A_table_says_whether_deletes_or_upserts_come_first(BatchOrder order, string expected)
    {
        using var it = new Setup(new ReconcilerOptions { Order = order });
        it.Source.ListDone();
        it.Table.Upsert(new(1, 7));
        await it.StepAsync();
        it.Target.Log.Clear();
        it.Table.Write1Then2(order);
        await it.StepAsync();
        Assert.Equal(expected, string.Join(' ', it.Target.Log));
    }

    [Fact]
    public async Task Large_changes_go_in_several_batches()
    {
        using var it = new Setup(new ReconcilerOptions { MaxBatch = 4 });
        it.Table.ReplaceAll(Enumerable.Range(0, 10).Select(key => new Row(key, 7)));
        await it.StepAsync();
        Assert.Equal([4, 4, 2], it.Target.BatchSizes);
    }

    [Fact]
    public async Task Realised_rows_are_applied_again_slowly_without_naming_what_was_realised()
    {
        using var it = new Setup(new ReconcilerOptions { RefreshInterval = TimeSpan.FromMinutes(30), RefreshBatch = 2 });
        it.Table.ReplaceAll([new(1, 7), new(2, 7), new(3, 7)]);
        await it.StepAsync();
        var revision = it.Table.Rows.Revision;
        it.Target.Held.Clear();
        Assert.Equal(TimeSpan.FromSeconds(1), await it.StepAfterAsync(TimeSpan.FromMinutes(30)));
        Assert.Equal(TimeSpan.FromMinutes(30), await it.StepAfterAsync(TimeSpan.FromSeconds(1)));
        Assert.Equal([3, 2, 1], it.Target.BatchSizes);
        Assert.All(it.Target.Items, item => Assert.Null(item.Realised));
        Assert.Equal([1, 2, 3], it.Target.Held.Keys.Order());
        Assert.Equal(revision, it.Table.Rows.Revision);
    }

    [Fact]
    public async Task A_failed_refresh_makes_the_row_an_error_that_is_tried_again()
    {
        using var it = new Setup(new ReconcilerOptions { RefreshInterval = TimeSpan.FromMinutes(30) });
        it.Table.Upsert(new(1, 7));
        await it.StepAsync();
        it.Target.Outcome = _ => RowOutcome.Failed(ErrorKind.Unavailable, "no");
        await it.StepAfterAsync(TimeSpan.FromMinutes(30));
        Assert.Equal((RowState.Error, null), (it.StatusOf(1)!.State, it.Table.Rows[1]!.Realised));
        it.Target.Outcome = null;
        await it.StepAfterAsync(TimeSpan.FromMilliseconds(100));
        Assert.True(it.Table.Rows[1]!.IsDone);
    }

    [Fact]
    public async Task The_loop_wakes_for_changes_and_for_retries()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = _it.Reconciler.RunAsync(stop.Token);
        _it.Target.Outcome = _ => RowOutcome.Failed(ErrorKind.Unavailable, "no");
        _it.Table.Upsert(new(1, 7));
        await Eventually.TrueAsync(() => _it.StatusOf(1)?.State == RowState.Error, "the first attempt fails");
        _it.Target.Outcome = null;
        await Eventually.TrueAsync(
            () =>
            {
                _it.Time.Advance(TimeSpan.FromMilliseconds(100));
                return _it.StatusOf(1)!.State == RowState.Done;
            },
            "the retry succeeds");
        Assert.Equal(RowState.Done, (await _it.Table.WaitSettledAsync(1, stop.Token))!.State);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    public void Dispose() => _it.Dispose();

    private sealed class ShortAnswers : IReconcileTarget<Row>, IDisposable
    {
        public ShortAnswers()
        {
            var time = TimeProvider.System;
            Table = new("rows", row => row.Key, time);
            Table.Upsert(new(1, 7));
            Reconciler = new(Table, this, new GateKeeper(), new ReconcilerOptions(), time, new LastHealth(), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        }

        public DesiredTable<int, Row> Table { get; }

        public Reconciler<int, Row> Reconciler { get; }

        public ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<Row> batch, CancellationToken cancellationToken) => new([]);

        public ValueTask<int> PruneAsync(IReadOnlyCollection<Row> desired, CancellationToken cancellationToken) => new(0);

        public void Dispose() => Reconciler.Dispose();
    }
}

file static class Order
{
    /// <summary>Changes in the order opposite to the one that is asked for.</summary>
    public static void Write1Then2(this DesiredTable<int, Row> table, BatchOrder order)
    {
        if (order == BatchOrder.UpsertsFirst)
        {
            table.Remove(1);
            table.Upsert(new(2, 7));
        }
        else
        {
            table.Upsert(new(2, 7));
            table.Remove(1);
        }
    }
}
