using Cilium.Framework.Errors;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Identities;

/// <summary>Work at the store, one piece under a name at a time and each on its own: one that hangs or fails holds no other back. Used by one loop.</summary>
/// <remarks>What a piece of work brings is applied by the loop (<see cref="HarvestAsync"/>): tables and files have one writer.</remarks>
/// <param name="time">The clock.</param>
/// <param name="finished">Set when a piece of work has ended.</param>
/// <param name="ct">Ends all.</param>
internal sealed class Errands(TimeProvider time, Wake finished, CancellationToken ct) : IAsyncDisposable
{
    /// <summary>Calls that a store answers side by side without being flooded after a restart of a full node.</summary>
    private const int AtOnce = 16;

    private static readonly TimeSpan RetryFirst = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RetryLongest = TimeSpan.FromMinutes(1);

    /// <summary>While the store cannot be reached: however long that lasts, who waits is served within seconds once it can.</summary>
    private static readonly TimeSpan RetryLongestUnreachable = TimeSpan.FromSeconds(3);

    private readonly Dictionary<string, Errand> _errands = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
    private readonly long _origin = time.GetTimestamp();
    private int _underWay;

    private TimeSpan Now => time.GetElapsedTime(_origin);

    /// <summary>Pause until a failed piece of work may begin again; null: none waits.</summary>
    public TimeSpan? Pause => _errands.Values.Where(errand => errand.Running is null).Select(errand => (TimeSpan?)(errand.Due - Now)).Min();

    /// <summary>Orders work fairly: what has waited longest comes first, what was never tried before what has failed.</summary>
    public TimeSpan DueOf(string name) => _errands.TryGetValue(name, out var errand) ? errand.Due : TimeSpan.MinValue;

    /// <summary>Begins a piece of work, unless the one under its name is under way or pauses, or too many are under way: then the caller asks again when woken.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="work">Asks the store; gives what the loop has to do with the answer.</param>
    public void Begin(string name, Func<CancellationToken, Task<Action>> work)
    {
        var errand = _errands.GetValueOrDefault(name);
        if (errand is { Running: not null } || errand?.Due > Now || _underWay >= AtOnce)
            return;
        errand ??= _errands[name] = new Errand();
        _underWay++;
        errand.Running = RunAsync(work);
        // Not by the work itself: woken before it has ended, the loop would not find it, and nothing would wake it again.
        _ = errand.Running.ContinueWith(_ => finished.Set(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Applies what has ended.</summary>
    /// <param name="failed">Told the name, the failure, how often it failed in a row, and the pause before the next attempt.</param>
    public async Task HarvestAsync(Action<string, CiliumException, int, TimeSpan> failed)
    {
        foreach (var (name, errand) in _errands.Where(pair => pair.Value.Running is { IsCompleted: true }).ToList())
        {
            var ended = errand.Running!;
            errand.Running = null;
            _underWay--;
            if (ended.Exception?.InnerException is CiliumException exception)
            {
                var pause = errand.Fail(Now, exception.Kind == ErrorKind.Unavailable ? RetryLongestUnreachable : RetryLongest);
                failed(name, exception, errand.Failures, pause);
                continue;
            }

            _errands.Remove(name);
            (await ended)();
        }
    }

    /// <summary>Ends what is under way; nothing of it is applied.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_errands.Values.Select(errand => errand.Running).OfType<Task>())
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        _stop.Dispose();
    }

    private async Task<Action> RunAsync(Func<CancellationToken, Task<Action>> work) => await work(_stop.Token);

    private sealed class Errand
    {
        public Task<Action>? Running { get; set; }

        public TimeSpan Due { get; private set; }

        public int Failures { get; private set; }

        public TimeSpan Fail(TimeSpan now, TimeSpan longest)
        {
            var pause = RetryFirst * Math.Pow(2, Math.Min(Failures++, 30));
            pause = pause < longest ? pause : longest;
            Due = now + pause;
            return pause;
        }
    }
}
