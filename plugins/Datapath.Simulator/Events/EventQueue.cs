using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Cilium.Framework.Datapath.Simulator.Events;

/// <summary>Events until somebody reads them. What does not fit is counted and reported as lost.</summary>
internal sealed class EventQueue(int capacity)
{
    private readonly Channel<DatapathEvent> _events = Channel.CreateBounded<DatapathEvent>(capacity);
    private long _lost;

    public void Add(DatapathEvent happened)
    {
        if (!_events.Writer.TryWrite(happened))
            Interlocked.Increment(ref _lost);
    }

    public void Complete() => _events.Writer.TryComplete();

    public async IAsyncEnumerable<DatapathEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var happened in _events.Reader.ReadAllAsync(cancellationToken))
        {
            yield return happened;
            // What was lost came after everything that is still waiting.
            if (!_events.Reader.TryPeek(out _) && Interlocked.Exchange(ref _lost, 0) is > 0 and var lost)
                yield return new LostEvent { Time = happened.Time, Count = (ulong)lost };
        }
    }
}
