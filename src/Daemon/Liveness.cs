using System.Collections.Concurrent;
using System.Globalization;

namespace Cilium.Framework.Daemon;

/// <summary>Whether the loops of this program still do their work: a call that does not come back and a loop that ended by itself cannot be mended from inside.</summary>
/// <remarks>A loop that fails and is started again, or waits for a store that does not answer, is alive: another start would not help it.</remarks>
/// <param name="time">The clock.</param>
internal sealed class Liveness(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, long> _calls = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _ended = new(StringComparer.Ordinal);

    /// <summary>Begins a call that must come back; disposed when it has. Each loop makes one call at a time.</summary>
    /// <param name="call">Such as <c>the target of endpoints</c>.</param>
    public IDisposable Begin(string call)
    {
        _calls[call] = time.GetTimestamp();
        return new Ending(this, call);
    }

    /// <summary>A loop that must run until it is stopped.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="run">The loop.</param>
    public Func<CancellationToken, Task> Loop(string name, Func<CancellationToken, Task> run) => async stop =>
    {
        _ended.TryRemove(name, out _);
        await run(stop);
        if (!stop.IsCancellationRequested)
            _ended[name] = true;
    };

    /// <summary>What is not alive, in words; null when everything is.</summary>
    /// <param name="patience">How long a call may take.</param>
    public string? Problem(TimeSpan patience)
    {
        foreach (var (call, started) in _calls)
        {
            if (time.GetElapsedTime(started) is var since && since > patience)
                return string.Create(CultureInfo.InvariantCulture, $"{call} has not come back for {since.TotalSeconds:0} s");
        }

        return _ended.Keys.FirstOrDefault() is { } loop ? $"the loop {loop} ended although nobody stopped it" : null;
    }

    private sealed class Ending(Liveness liveness, string call) : IDisposable
    {
        public void Dispose() => liveness._calls.TryRemove(call, out _);
    }
}
