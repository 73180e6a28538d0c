using Cilium.Framework.Errors;
using Cilium.Framework.Reconciliation;

namespace Cilium.Framework.Core.Tests.Reconciliation;

/// <summary>The time of day is set by years, forward and back: pauses and patience are those of a steady clock.</summary>
public sealed class ClockJumpTests : IDisposable
{
    private readonly Setup _it = new();

    public static TheoryData<int> Hours => [100_000, -100_000];

    public void Dispose() => _it.Dispose();

    [Theory]
    [MemberData(nameof(Hours))]
    public async Task A_retry_comes_when_its_pause_is_over(int hours)
    {
        _it.Target.Outcome = _ => RowOutcome.Failed(ErrorKind.Unavailable, "busy");
        _it.Table.Upsert(new(1, 7));
        Assert.Equal(TimeSpan.FromMilliseconds(100), await _it.StepAsync());
        _it.Clock.Jump(TimeSpan.FromHours(hours));
        await _it.StepAfterAsync(TimeSpan.FromMilliseconds(99));
        Assert.Single(_it.Target.Log);
        Assert.Equal(TimeSpan.FromMilliseconds(200), await _it.StepAfterAsync(TimeSpan.FromMilliseconds(1)));
        Assert.Equal(2, _it.Target.Log.Count);
    }

    [Theory]
    [MemberData(nameof(Hours))]
    public async Task A_gate_holds_for_five_seconds(int hours)
    {
        _it.Policies.Upsert(new(7, 1));
        _it.Table.Upsert(new(1, 7), Gate.Done("policies", 7));
        await _it.StepAsync();
        _it.Clock.Jump(TimeSpan.FromHours(hours));
        await _it.StepAfterAsync(TimeSpan.FromSeconds(4.9));
        Assert.Equal((0, "held back: policies 7 is not Done yet"), (_it.Target.Log.Count, _it.StatusOf(1)!.Text));
        await _it.StepAfterAsync(TimeSpan.FromSeconds(0.1));
        Assert.Equal(("+1=7", "no longer held back after 5 s: policies 7 is not Done yet"), (Assert.Single(_it.Target.Log), _it.StatusOf(1)!.Text));
    }

    [Theory]
    [MemberData(nameof(Hours))]
    public async Task What_nobody_desires_is_removed_every_hour(int hours)
    {
        _it.Source.ListDone();
        await _it.StepAsync();
        _it.Clock.Jump(TimeSpan.FromHours(hours));
        await _it.StepAfterAsync(TimeSpan.FromMinutes(59));
        Assert.Single(_it.Target.Log);
        await _it.StepAfterAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(["prune ", "prune "], _it.Target.Log);
    }

    [Theory]
    [MemberData(nameof(Hours))]
    public async Task A_call_that_hangs_is_given_up_after_a_minute(int hours)
    {
        _it.Table.Upsert(new(1, 7));
        _it.Target.Silence = new();
        var step = _it.StepAsync();
        _it.Clock.Jump(TimeSpan.FromHours(hours));
        _it.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(step.IsCompleted);
        _it.Time.Advance(TimeSpan.FromSeconds(1));
        await step;
        Assert.Equal("the target of rows did not finish within 60 s and gave up. It is tried again.", _it.StatusOf(1)!.Text);
    }
}
