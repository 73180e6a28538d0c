using System.Diagnostics;

namespace Cilium.Framework.Fuzz;

/// <summary>
/// Measures how long the machine keeps a thread from working that has work: it rests a known time and does a small piece of work, over and over; what either
/// takes longer than it must was not its own time. Answers are judged by their time less that of the same moments, so a machine that is
/// busy elsewhere excuses nobody for more than it held up, and an idle one excuses nothing.
/// </summary>
internal sealed class Canary : IDisposable
{
    private const int WarmUpRounds = 200, Work = 700_000;
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(4);

    private readonly ManualResetEventSlim _stop = new();
    private readonly ManualResetEventSlim _warm = new();
    private readonly Lock _sync = new();
    private readonly Thread _thread;
    private long _leastWork = long.MaxValue / 2;
    private long _held;
    private long _began;
    private long _needs = long.MaxValue / 2;
    private int _checksum;

    /// <summary>Begins, and returns when it knows how fast this machine is.</summary>
    public Canary()
    {
        _thread = new Thread(Sing) { IsBackground = true };
        _thread.Start();
        _warm.Wait();
    }

    /// <summary>A moment to measure from.</summary>
    /// <param name="Timestamp">Of the clock.</param>
    /// <param name="Held">How long this machine had held up work by then.</param>
    public readonly record struct Moment(long Timestamp, TimeSpan Held);

    /// <summary>This moment.</summary>
    public Moment Now()
    {
        lock (_sync)
        {
            var now = Stopwatch.GetTimestamp();
            // What has not ended yet and is late already counts for what it is late.
            return new(now, Stopwatch.GetElapsedTime(0, _held + Math.Max(0, now - _began - _needs)));
        }
    }

    /// <summary>Time since then, less what the machine held up meanwhile.</summary>
    public TimeSpan Since(Moment then) => Now() is var now && Stopwatch.GetElapsedTime(then.Timestamp, now.Timestamp) - (now.Held - then.Held) is var took && took > TimeSpan.Zero ? took : TimeSpan.Zero;

    /// <inheritdoc />
    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
        _warm.Dispose();
    }

    private void Sing()
    {
        var rest = Rest.Ticks * (Stopwatch.Frequency / TimeSpan.TicksPerSecond);
        for (var round = 0; ; round++)
        {
            Begin(rest);
            var stopped = _stop.Wait(Rest);
            End();
            if (stopped)
                return;
            Begin(_leastWork);
            for (var i = 0; i < Work; i++)
                _checksum = (_checksum * 31) + i;
            _leastWork = Math.Min(_leastWork, End());
            if (round == WarmUpRounds)
                _warm.Set();
        }
    }

    private void Begin(long needs)
    {
        lock (_sync)
            (_began, _needs) = (Stopwatch.GetTimestamp(), needs);
    }

    /// <returns>How long it took.</returns>
    private long End()
    {
        lock (_sync)
        {
            var took = Stopwatch.GetTimestamp() - _began;
            _held += Math.Max(0, took - _needs);
            // Between two of them nobody is held.
            _needs = long.MaxValue / 2;
            return took;
        }
    }
}
