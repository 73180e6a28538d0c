using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Agent.Events;

/// <summary>One listener's queue.</summary>
internal sealed class EventSubscription : IDisposable
{
    /// <summary>Events that may wait for a listener: a second's worth at a busy node.</summary>
    public const int Capacity = 8192;

    private readonly Channel<MonitorEvent> _queue;
    private readonly Action<EventSubscription> _stop;
    private long _lost;

    public EventSubscription(Action<EventSubscription> stop)
    {
        _stop = stop;
        _queue = Channel.CreateBounded<MonitorEvent>(
            new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => Interlocked.Increment(ref _lost));
    }

    public void Offer(MonitorEvent offered) => _queue.Writer.TryWrite(offered);

    /// <summary>Events as they come; what was lost in between is an event of its own, in its place.</summary>
    public async IAsyncEnumerable<MonitorEvent> ReadAsync(TimeProvider time, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var read in _queue.Reader.ReadAllAsync(ct))
        {
            var lost = Interlocked.Exchange(ref _lost, 0);
            if (lost > 0)
                yield return new MonitorEvent { Type = "lost", Time = time.GetUtcNow(), Count = lost, Summary = $"-- {lost} events lost: this reader is too slow" };
            yield return read;
        }
    }

    public void Dispose()
    {
        _stop(this);
        _queue.Writer.TryComplete();
    }
}
