using Cilium.Framework.Health;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Jobs;

/// <summary>Runs named loops. A loop that throws is started again after a pause; stopping ends the loops in the reverse order of their start.</summary>
public sealed class JobRunner(TimeProvider time, IHealthReporter health, ILogger<JobRunner> logger) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Stack<Job> _jobs = new();
    private bool _stopped;

    /// <summary>Names of the jobs, in the order of their start.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_lock)
                return [.. _jobs.Reverse().Select(job => job.Name)];
        }
    }

    /// <summary>Starts a loop.</summary>
    /// <param name="name">Lower-case words joined by dashes; also its place in the health tree.</param>
    /// <param name="run">Runs until cancelled; ends early when it has nothing more to do.</param>
    /// <param name="options">How it is started again; null: the defaults.</param>
    /// <exception cref="InvalidOperationException">The name is taken, or the runner was stopped.</exception>
    public void Start(string name, Func<CancellationToken, Task> run, JobOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(run);
        lock (_lock)
        {
            if (_stopped)
                throw new InvalidOperationException($"job {name} cannot start: the jobs were stopped.");
            if (_jobs.Any(job => job.Name == name))
                throw new InvalidOperationException($"there already is a job {name}.");
            var stop = new CancellationTokenSource();
            var used = options ?? new JobOptions();
            _jobs.Push(new(name, stop, used, Task.Run(() => RunAsync(name, run, used, stop.Token))));
        }
    }

    /// <summary>Stops all jobs, the last started first; each one is gone before the next is told. Never throws for a job that failed.</summary>
    public async Task StopAsync()
    {
        lock (_lock)
            _stopped = true;
        while (Next() is { } job)
            await StopAsync(job);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => new(StopAsync());

    private Job? Next()
    {
        lock (_lock)
            return _jobs.TryPop(out var job) ? job : null;
    }

    private async Task StopAsync(Job job)
    {
        await job.Stop.CancelAsync();
        try
        {
            await job.Running.WaitAsync(job.Options.StopPatience, time);
            job.Stop.Dispose();
        }
        catch (TimeoutException)
        {
            health.Scope(job.Name).Degraded($"does not end within {job.Options.StopPatience.TotalSeconds:0.#} s of being stopped");
            JobLog.DoesNotEnd(logger, job.Name, job.Options.StopPatience.TotalSeconds);
        }
    }

    private async Task RunAsync(string name, Func<CancellationToken, Task> run, JobOptions options, CancellationToken stop)
    {
        var scope = health.Scope(name);
        var failures = 0;
        while (!stop.IsCancellationRequested)
        {
            var started = time.GetTimestamp();
            try
            {
                if (failures == 0)
                    scope.Ok("running");
                await RunOnceAsync(run, scope, failures, options, stop);
                scope.Stopped("finished");
                return;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception error)
            {
                failures = time.GetElapsedTime(started) > options.MaxPause ? 1 : failures + 1;
                var pause = PauseAfter(failures, options);
                scope.Degraded($"failed {failures} times in a row, starts again in {pause.TotalSeconds:0.#} s", error);
                JobLog.Failed(logger, error, name, pause.TotalSeconds);
                if (!await PausedAsync(pause, stop))
                    break;
            }
        }

        scope.Stopped("stopped");
    }

    /// <summary>A job that was started again counts as working once it has run for as long as it had paused.</summary>
    private async Task RunOnceAsync(Func<CancellationToken, Task> run, IHealthReporter scope, int failures, JobOptions options, CancellationToken stop)
    {
        if (failures == 0)
        {
            await run(stop);
            return;
        }

        var pause = PauseAfter(failures, options);
        // Disposing it waits for its callback: nothing is reported as working after it failed.
        await using var steady = time.CreateTimer(
            _ => scope.Ok($"running again after {failures} failures"), null, pause > options.Steady ? pause : options.Steady, Timeout.InfiniteTimeSpan);
        await run(stop);
    }

    private async Task<bool> PausedAsync(TimeSpan pause, CancellationToken stop)
    {
        try
        {
            await Task.Delay(pause, time, stop);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static TimeSpan PauseAfter(int failures, JobOptions options)
    {
        var pause = options.MinPause * Math.Pow(2, Math.Min(failures - 1, 30));
        return pause < options.MaxPause ? pause : options.MaxPause;
    }

    private sealed record Job(string Name, CancellationTokenSource Stop, JobOptions Options, Task Running);
}
