using Cilium.Framework.Errors;
using Cilium.Framework.Reconciliation;

namespace Cilium.Framework.Core.Tests.Reconciliation;

public sealed class GateTests : IDisposable
{
    private readonly Setup _it = new();

    [Fact]
    public async Task A_row_waits_until_its_policy_is_done()
    {
        _it.Policies.Upsert(new(5, 1));
        _it.Table.Upsert(new(1, 7), Gate.Done("policies", 5));
        Assert.Equal(TimeSpan.FromSeconds(5), await _it.StepAsync());
        Assert.Empty(_it.Target.Log);
        Assert.Equal("held back: policies 5 is not Done yet", _it.StatusOf(1)!.Text);
        await StepPolicies();
        await _it.StepAsync();
        Assert.Equal(["+1=7"], _it.Target.Log);
        Assert.Equal("", _it.StatusOf(1)!.Text);
    }

    [Fact]
    public async Task While_the_gate_is_closed_the_key_is_not_pruned()
    {
        _it.Target.Held[1] = 3;
        _it.Target.Held[9] = 9;
        _it.Table.Upsert(new(1, 7), Gate.Done("policies", 5));
        _it.Source.ListDone();
        await _it.StepAsync();
        Assert.Equal(["prune 1"], _it.Target.Log);
        Assert.Equal(3, Assert.Single(_it.Target.Held).Value);
    }

    [Fact]
    public async Task While_the_gate_of_a_deletion_is_closed_the_key_is_neither_deleted_nor_pruned()
    {
        _it.Source.ListDone();
        _it.Policies.Upsert(new(5, 1));
        _it.Table.Upsert(new(1, 7));
        await _it.StepAsync();
        _it.Table.Remove(1, Gate.Gone("policies", 5));
        await _it.StepAfterAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(["+1=7", "prune 1"], _it.Target.Log);
        await StepPolicies();
        _it.Policies.RegisterSource("test").ListDone();
        _it.Policies.Remove(5);
        await StepPolicies();
        await _it.StepAsync();
        Assert.Equal(["+1=7", "prune 1", "-1"], _it.Target.Log);
    }

    [Fact]
    public async Task A_policy_in_error_no_longer_holds_the_row_back_and_the_status_says_so()
    {
        _it.PolicyTarget.Outcome = _ => RowOutcome.Failed(ErrorKind.Exhausted, "map full");
        _it.Policies.Upsert(new(5, 1));
        await StepPolicies();
        _it.Table.Upsert(new(1, 7), Gate.Done("policies", 5));
        await _it.StepAsync();
        Assert.Equal((RowState.Done, "no longer held back: policies 5 is in Error: map full"), (_it.StatusOf(1)!.State, _it.StatusOf(1)!.Text));
    }

    [Fact]
    public async Task After_five_seconds_the_row_is_no_longer_held_back_and_the_status_says_so()
    {
        _it.Policies.Upsert(new(5, 1));
        _it.Table.Upsert(new(1, 7), Gate.Done("policies", 5));
        await _it.StepAsync();
        await _it.StepAfterAsync(TimeSpan.FromSeconds(4.9));
        Assert.Empty(_it.Target.Log);
        await _it.StepAfterAsync(TimeSpan.FromSeconds(0.1));
        Assert.Equal((RowState.Done, "no longer held back after 5 s: policies 5 is not Done yet"), (_it.StatusOf(1)!.State, _it.StatusOf(1)!.Text));
    }

    [Fact]
    public async Task A_row_that_changes_and_waits_for_something_else_has_the_whole_patience_again()
    {
        _it.Policies.Upsert(new(5, 1));
        _it.Policies.Upsert(new(6, 1));
        _it.Table.Upsert(new(1, 7), Gate.Done("policies", 5));
        await _it.StepAsync();
        _it.Time.Advance(TimeSpan.FromSeconds(4.9));
        _it.Table.Upsert(new(1, 8), Gate.Done("policies", 6));
        Assert.Equal(TimeSpan.FromSeconds(5), await _it.StepAsync());
        await _it.StepAfterAsync(TimeSpan.FromSeconds(4.9));
        Assert.Empty(_it.Target.Log);
        await _it.StepAfterAsync(TimeSpan.FromSeconds(0.1));
        Assert.Equal(["+1=8"], _it.Target.Log);
        Assert.Equal("no longer held back after 9.9 s: policies 6 is not Done yet", _it.StatusOf(1)!.Text);
    }

    [Fact]
    public async Task A_row_that_changes_again_and_again_is_held_back_for_25_s_at_most()
    {
        for (var i = 0; i < 6; i++)
        {
            _it.Table.Upsert(new(1, i), Gate.Done("policies", i));
            await _it.StepAsync();
            Assert.Empty(_it.Target.Log);
            _it.Time.Advance(TimeSpan.FromSeconds(4));
        }

        Assert.Equal(TimeSpan.FromSeconds(1), await _it.StepAsync());
        await _it.StepAfterAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(["+1=5"], _it.Target.Log);
        Assert.Equal("no longer held back after 25 s: policies 5 is not Done yet", _it.StatusOf(1)!.Text);
    }

    [Fact]
    public async Task A_row_that_changes_and_waits_for_the_same_does_not_wait_longer()
    {
        _it.Table.Upsert(new(1, 7), Gate.Done("policies", 5));
        await _it.StepAsync();
        _it.Time.Advance(TimeSpan.FromSeconds(4.9));
        _it.Table.Upsert(new(1, 8), Gate.Done("policies", 5));
        Assert.Equal(TimeSpan.FromSeconds(0.1), await _it.StepAsync());
    }

    [Fact]
    public async Task Once_let_through_by_an_open_gate_the_patience_begins_anew()
    {
        _it.Table.Upsert(new(1, 7), Gate.Done("policies", 5));
        await _it.StepAsync();
        _it.Time.Advance(TimeSpan.FromSeconds(4));
        _it.Target.Outcome = _ => RowOutcome.Failed(ErrorKind.Unavailable, "no");
        _it.Policies.Upsert(new(5, 1));
        await StepPolicies();
        await _it.StepAsync();
        _it.Policies.Upsert(new(5, 2));
        Assert.Equal(TimeSpan.FromSeconds(5), await _it.StepAfterAsync(TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public async Task A_row_released_by_time_is_tried_again_at_the_usual_pace_when_it_fails()
    {
        _it.Table.Upsert(new(1, 7), Gate.Done("policies", 5));
        await _it.StepAsync();
        _it.Target.Outcome = _ => RowOutcome.Failed(ErrorKind.Unavailable, "no");
        Assert.Equal(TimeSpan.FromMilliseconds(100), await _it.StepAfterAsync(TimeSpan.FromSeconds(5)));
        _it.Target.Outcome = null;
        await _it.StepAfterAsync(TimeSpan.FromMilliseconds(100));
        Assert.True(_it.Table.Rows[1]!.IsDone);
    }

    [Fact]
    public async Task A_gate_can_ask_for_what_the_policies_were_computed_from()
    {
        _it.Policies.Upsert(new(5, 1));
        await StepPolicies();
        _it.Table.Upsert(new(1, 7), Gate.Done("policies", 5, computedThrough: 12));
        await _it.StepAsync();
        Assert.Equal("held back: policies is not computed through 12 yet", _it.StatusOf(1)!.Text);
        _it.Policies.MarkComputed(12);
        await _it.StepAsync();
        Assert.True(_it.Table.Rows[1]!.IsDone);
    }

    [Fact]
    public async Task A_change_of_the_policy_closes_the_gate_of_later_rows_only()
    {
        _it.Policies.Upsert(new(5, 1));
        await StepPolicies();
        _it.Table.Upsert(new(1, 7), Gate.Done("policies", 5));
        await _it.StepAsync();
        _it.Policies.Upsert(new(5, 2));
        _it.Table.Upsert(new(2, 7), Gate.Done("policies", 5));
        await _it.StepAsync();
        Assert.Equal(["+1=7"], _it.Target.Log);
    }

    [Fact]
    public async Task A_done_row_keeps_its_status_when_only_its_gate_changes()
    {
        _it.Table.Upsert(new(1, 7));
        await _it.StepAsync();
        Assert.False(_it.Table.Upsert(new(1, 7), Gate.Done("policies", 5)));
    }

    [Fact]
    public async Task The_loop_wakes_when_the_gate_opens()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        _it.Policies.Upsert(new(5, 1));
        _it.Table.Upsert(new(1, 7), Gate.Done("policies", 5));
        var running = _it.Reconciler.RunAsync(stop.Token);
        await Eventually.TrueAsync(() => _it.StatusOf(1)!.Text.Length > 0, "the row is held back");
        await StepPolicies();
        await Eventually.TrueAsync(() => _it.Table.Rows[1]!.IsDone, "the row is applied without time passing");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public void A_gate_that_names_an_unknown_table_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => new GateKeeper(_it.Policies).Judge(Gate.Done("polices", 5)));
        Assert.StartsWith("a gate names the table polices, which is not known. Known: policies.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_conditions_make_equal_gates() =>
        Assert.Equal(Gate.Done("policies", 5).And(Gate.Computed("nodes", 3)), Gate.Done("policies", 5).And(Gate.Computed("nodes", 3)));

    public void Dispose() => _it.Dispose();

    private Task<TimeSpan> StepPolicies() => _it.PolicyReconciler.StepAsync(TestContext.Current.CancellationToken);
}
