using System.Collections.Concurrent;
using Cilium.Framework.Health;
using Cilium.Framework.Jobs;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Cilium.Framework.Core.Tests.Jobs;

public sealed class JobRunnerTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly JumpingClock _clock;
    private readonly HealthTree _health;
    private readonly JobRunner _jobs;

    public JobRunnerTests()
    {
        _clock = new(_time);
        _health = new(_clock);
        _jobs = new(_clock, _health, NullLogger<JobRunner>.Instance);
    }

    [Fact]
    public async Task Jobs_stop_in_the_reverse_order_of_their_start()
    {
        var ended = new ConcurrentQueue<string>();
        foreach (var name in (string[])["kvstore", "routes", "policies"])
            _jobs.Start(name, stop => UntilStoppedAsync(() => ended.Enqueue(name), stop));
        await Eventually.TrueAsync(() => _health.Snapshot().Count == 3, "all jobs run");
        await _jobs.StopAsync();
        Assert.Equal(["policies", "routes", "kvstore"], ended);
        Assert.All(_health.Snapshot(), report => Assert.Equal(HealthLevel.Stopped, report.Level));
    }

    [Fact]
    public async Task A_job_that_fails_starts_again_after_growing_pauses()
    {
        var starts = 0;
        _jobs.Start("watch", _ => Interlocked.Increment(ref starts) <= 3 ? throw new IOException("gone") : Task.Delay(Timeout.InfiniteTimeSpan, _time, _));
        await FailedAsync("failed 1 times in a row, starts again in 0.1 s: gone");
        _time.Advance(TimeSpan.FromMilliseconds(100));
        await FailedAsync("failed 2 times in a row, starts again in 0.2 s: gone");
        _time.Advance(TimeSpan.FromMilliseconds(200));
        await FailedAsync("failed 3 times in a row, starts again in 0.4 s: gone");
        _time.Advance(TimeSpan.FromMilliseconds(400));
        await Eventually.TrueAsync(() => Volatile.Read(ref starts) == 4, "the fourth start");
        await _jobs.StopAsync();
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(-100_000)]
    public async Task A_clock_that_is_set_neither_shortens_nor_lengthens_a_pause(int hours)
    {
        var starts = 0;
        _jobs.Start("watch", stop => Interlocked.Increment(ref starts) == 1 ? throw new IOException("gone") : Task.Delay(Timeout.InfiniteTimeSpan, _time, stop));
        await FailedAsync("failed 1 times in a row, starts again in 0.1 s: gone");
        _clock.Jump(TimeSpan.FromHours(hours));
        Assert.Equal(1, Volatile.Read(ref starts));
        await AdvancingAsync(TimeSpan.FromMilliseconds(1), () => Volatile.Read(ref starts) == 2, "the second start");
    }

    [Fact]
    public async Task A_job_that_was_started_again_is_healthy_after_it_has_run_for_a_second()
    {
        var starts = 0;
        _jobs.Start("watch", stop => Interlocked.Increment(ref starts) == 1 ? throw new IOException("gone") : Task.Delay(Timeout.InfiniteTimeSpan, _time, stop));
        await FailedAsync("failed 1 times in a row, starts again in 0.1 s: gone");
        // In small steps: the pause may begin a moment after it is reported.
        await AdvancingAsync(TimeSpan.FromMilliseconds(1), () => Volatile.Read(ref starts) == 2, "the second start");
        _time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(HealthLevel.Degraded, _health.Level);
        await AdvancingAsync(TimeSpan.FromSeconds(0.1), () => _health.Level == HealthLevel.Ok, "the job counts as working");
        Assert.Equal("running again after 1 failures", _health.Snapshot()[0].Message);
    }

    [Fact]
    public async Task A_job_that_keeps_failing_at_once_never_looks_healthy()
    {
        _jobs.Start("watch", _ => throw new IOException("gone"));
        var reports = new List<HealthReport>();
        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(100));
                reports.AddRange(_health.Snapshot());
                return reports.Exists(report => report.Message.StartsWith("failed 6 times", StringComparison.Ordinal));
            },
            "six failures");
        Assert.DoesNotContain(reports, report => report.Message.StartsWith("running again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_job_can_be_stopped_while_it_pauses()
    {
        _jobs.Start("watch", _ => throw new IOException("gone"));
        await FailedAsync("failed 1 times in a row, starts again in 0.1 s: gone");
        await _jobs.StopAsync();
        Assert.Equal("stopped", _health.Snapshot()[0].Message);
    }

    [Fact]
    public async Task A_job_that_does_not_end_is_left_behind_and_reported()
    {
        var never = new TaskCompletionSource();
        _jobs.Start("stuck", _ => never.Task);
        await Eventually.TrueAsync(() => _health.Snapshot().Count == 1, "the job runs");
        var stopping = _jobs.StopAsync();
        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(10));
                return stopping.IsCompleted;
            },
            "stopping gives up on the job");
        Assert.Equal("does not end within 10 s of being stopped", _health.Snapshot()[0].Message);
        never.SetResult();
    }

    [Fact]
    public async Task A_name_is_given_once()
    {
        _jobs.Start("watch", stop => UntilStoppedAsync(() => { }, stop));
        Assert.Equal("there already is a job watch.", Assert.Throws<InvalidOperationException>(() => _jobs.Start("watch", _ => Task.CompletedTask)).Message);
        await _jobs.StopAsync();
        Assert.Equal("job late cannot start: the jobs were stopped.", Assert.Throws<InvalidOperationException>(() => _jobs.Start("late", _ => Task.CompletedTask)).Message);
    }

    public ValueTask DisposeAsync() => _jobs.DisposeAsync();

    private Task AdvancingAsync(TimeSpan step, Func<bool> condition, string awaited) => Eventually.TrueAsync(
        () =>
        {
            _time.Advance(step);
            return condition();
        },
        awaited);

    private Task FailedAsync(string message) => Eventually.TrueAsync(() => _health.Snapshot().Any(report => report.Message == message), message);

    private static async Task UntilStoppedAsync(Action ended, CancellationToken stop)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        }
        finally
        {
            ended();
        }
    }
}
