using Cilium.Framework.Agent.Service;
using Cilium.Framework.Daemon;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Agent.Tests.Service;

public class LivenessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Clock _clock = new();

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }

    private sealed class Slow(Action during) : IController
    {
        public void Compute() => during();
    }

    [Fact]
    public void A_computation_that_does_not_end_is_named_after_the_patience()
    {
        var liveness = new Liveness(_clock);
        string? late = null;
        string? early = null;
        new WatchedController("policies", new Slow(() =>
        {
            _clock.Now += Patience;
            early = liveness.Problem(Patience);
            _clock.Now += TimeSpan.FromSeconds(1);
            late = liveness.Problem(Patience);
        }), liveness).Compute();
        Assert.Null(early);
        Assert.Equal("the controller of policies has not come back for 31 s", late);
        Assert.Null(liveness.Problem(Patience));
    }

    [Fact]
    public void A_computation_that_throws_has_come_back()
    {
        var liveness = new Liveness(_clock);
        Assert.Throws<InvalidOperationException>(() => new WatchedController("policies", new Slow(() => throw new InvalidOperationException()), liveness).Compute());
        _clock.Now += Patience * 2;
        Assert.Null(liveness.Problem(Patience));
    }

    [Fact]
    public async Task A_loop_that_ends_by_itself_is_named_until_it_runs_again()
    {
        var liveness = new Liveness(_clock);
        await liveness.Loop("identity-claims", _ => Task.CompletedTask)(TestContext.Current.CancellationToken);
        Assert.Equal("the loop identity-claims ended although nobody stopped it", liveness.Problem(Patience));
        using var stop = new CancellationTokenSource();
        var running = liveness.Loop("identity-claims", ct => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct))(stop.Token);
        Assert.Null(liveness.Problem(Patience));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Null(liveness.Problem(Patience));
    }

    [Fact]
    public async Task A_loop_that_was_stopped_or_failed_is_no_problem()
    {
        var liveness = new Liveness(_clock);
        await liveness.Loop("a", _ => Task.CompletedTask)(new CancellationToken(canceled: true));
        await Assert.ThrowsAsync<IOException>(() => liveness.Loop("b", _ => throw new IOException())(TestContext.Current.CancellationToken));
        Assert.Null(liveness.Problem(Patience));
    }

    [Theory]
    [InlineData("30000000", null, 30)]
    [InlineData("30000000", "1", null)]
    [InlineData("0", null, null)]
    [InlineData("-5", null, null)]
    [InlineData("soon", null, null)]
    [InlineData(null, null, null)]
    public void The_limit_is_read_as_the_service_manager_writes_it(string? microseconds, string? process, int? seconds) =>
        Assert.Equal(seconds is { } known ? TimeSpan.FromSeconds(known) : null, Heartbeat.Limit(microseconds, process));

    [Fact]
    public void The_limit_of_this_process_is_its_own() =>
        Assert.Equal(TimeSpan.FromSeconds(1), Heartbeat.Limit("1000000", Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)));
}
