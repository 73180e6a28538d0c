using System.Diagnostics;

namespace Cilium.Framework.Fuzz;

/// <summary>
/// Measures how long the machine keeps a thread from working that has work: it does the same small piece of work and rests, over and over; what a round takes
/// longer than the fastest one ever took was not its own time. Answers are judged by their time less that of the same moments, so a machine
/// that is busy elsewhere excuses nobody for more than it held up, and an idle one excuses nothing.
/// </summary>
internal sealed class Canary : IDisposable
{
    private const int WarmUpRounds = 200, Work = 20_000;
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(4);

    private readonly ManualResetEventSlim _stop = new();
    private readonly ManualResetEventSlim _warm = new();
    private readonly Lock _sync = new();
    private readonly Thread _thread;
    private long _fastest = long.MaxValue;
    private long _held;
    private long _roundBegan;
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
            // A round that has not ended yet and is late already counts for what it is late.
            var running = _roundBegan == 0 ? 0 : Math.Max(0, now - _roundBegan - _fastest);
            return new(now, Stopwatch.GetElapsedTime(0, _held + running));
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
        for (var round = 0; !_stop.Wait(Rest); round++)
        {
            for (var i = 0; i < Work; i++)
                _checksum = (_checksum * 31) + i;
            lock (_sync)
            {
                var now = Stopwatch.GetTimestamp();
                if (_roundBegan != 0)
                {
                    _fastest = Math.Min(_fastest, now - _roundBegan);
                    _held += now - _roundBegan - _fastest;
                }

                _roundBegan = now;
            }

            if (round == WarmUpRounds)
                _warm.Set();
        }
    }
}
