using Cilium.Framework.Health;
using Cilium.Framework.Reconciliation;

namespace Cilium.Framework.Core.Tests.Reconciliation;

/// <summary>A target that does not come back: health says so, it is told to give up, and what it missed is tried again.</summary>
public sealed class HangingTargetTests : IDisposable
{
    private const string Hangs = "the target of rows has not answered for 60 s; nothing more of rows is realised until it does. What was realised stays.";
    private readonly Setup _it = new();

    public void Dispose() => _it.Dispose();

    [Fact]
    public async Task A_call_that_hangs_is_given_up_after_a_minute_and_tried_again()
    {
        _it.Table.Upsert(new(1, 7));
        _it.Target.Silence = new();
        var step = _it.StepAsync();
        _it.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(HealthLevel.Ok, _it.Health.Level);
        Assert.False(step.IsCompleted);

        _it.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromMilliseconds(100), await step);
        const string text = "the target of rows did not finish within 60 s and gave up. It is tried again.";
        Assert.Equal((RowState.Error, text), (_it.StatusOf(1)!.State, _it.StatusOf(1)!.Text));
        Assert.Equal($"1 of 1 rows of rows are not realised; one of them: {text}", _it.Health.Message);

        _it.Target.Silence = null;
        await _it.StepAfterAsync(TimeSpan.FromMilliseconds(100));
        Assert.True(_it.Table.Rows[1]!.IsDone);
        Assert.Equal(HealthLevel.Ok, _it.Health.Level);
    }

    [Fact]
    public async Task One_that_does_not_give_up_is_not_called_a_second_time_and_shows_until_it_answers()
    {
        _it.Table.Upsert(new(1, 7));
        _it.Target.Silence = new();
        _it.Target.IsDeaf = true;
        var step = _it.StepAsync();
        _it.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal((HealthLevel.Degraded, Hangs), (_it.Health.Level, _it.Health.Message));
        Assert.False(step.IsCompleted);
        Assert.Single(_it.Target.BatchSizes);

        _it.Target.Silence.SetResult();
        await step;
        Assert.True(_it.Table.Rows[1]!.IsDone);
        Assert.Equal(HealthLevel.Ok, _it.Health.Level);
    }

    [Fact]
    public async Task A_removal_of_what_nobody_desires_that_hangs_is_given_up_too()
    {
        _it.Source.ListDone();
        _it.Target.Silence = new();
        var step = _it.StepAsync();
        _it.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(TimeSpan.FromMilliseconds(100), await step);
        Assert.Equal("what nobody desires in rows could not be removed: the target of rows did not finish within 60 s and gave up. It is tried again.", _it.Health.Message);

        _it.Target.Silence = null;
        Assert.Equal(TimeSpan.FromHours(1), await _it.StepAfterAsync(TimeSpan.FromMilliseconds(100)));
        Assert.Equal(HealthLevel.Ok, _it.Health.Level);
    }
}
