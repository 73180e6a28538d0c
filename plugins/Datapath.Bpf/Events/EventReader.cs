using System.Runtime.CompilerServices;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Programs;

namespace Cilium.Framework.Datapath.Bpf.Events;

/// <summary>Reads events by polling: every 10 ms while they flow, backing off to 100 ms. The programs never wake anybody.</summary>
internal sealed class EventReader(MapSet maps, KernelClock clock, TimeProvider time)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    private int _readers;

    public async IAsyncEnumerable<DatapathEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _readers, 1) != 0)
            throw new InvalidOperationException("The events of a datapath have one reader at a time.");
        try
        {
            using var ring = new EventRing(maps.Events);
            var boundary = ring.ProducerPosition;
            var waiting = ring.CountUntil(boundary);
            if (waiting > 0)
                yield return new BacklogEvent { Time = time.GetUtcNow(), Waiting = waiting };
            var pause = ShortestPause;
            while (!cancellationToken.IsCancellationRequested)
            {
                var any = false;
                var (jiffies, now) = (clock.Jiffies(), time.GetUtcNow());
                while (!cancellationToken.IsCancellationRequested && ring.TryTake(out var record, out var end))
                {
                    any = true;
                    yield return EventDecoder.Decode(record, jiffies, now, end <= boundary);
                }

                if (TakeLost() is { } lost)
                    yield return lost;
                pause = any ? ShortestPause : TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, pause.Ticks * 2));
                if (!await PauseAsync(pause, cancellationToken))
                    yield break;
            }
        }
        finally
        {
            Interlocked.Exchange(ref _readers, 0);
        }
    }

    private LostEvent? TakeLost()
    {
        var (lost, reported) = (maps.EventsLost.Get(0).Count, maps.EventsLost.Get(1).Count);
        if (lost == reported)
            return null;
        maps.EventsLost.Set(1, new EventsLost { Count = lost });
        return new LostEvent { Time = time.GetUtcNow(), Count = lost - reported };
    }

    private async ValueTask<bool> PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(pause, time, cancellationToken);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
