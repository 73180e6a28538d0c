namespace Cilium.Framework.Core.ScenarioTests.Node;

/// <summary>Runs the loops of a node on one thread. Which of those that can go on goes on next is drawn from a seed: the same seed gives the same run.</summary>
internal sealed class Pump(Random random)
{
    private const int Endless = 200_000;

    private readonly List<(Lane Lane, SendOrPostCallback Continue, object? State)> _ready = [];

    /// <summary>Where the loops of one process go on; what they await comes back there, as they keep their context.</summary>
    public Lane NewLane() => new(this);

    /// <summary>Does something as that process.</summary>
    public static void In(Lane lane, Action action)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(lane);
        try
        {
            action();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    /// <summary>Lets at most so many waiting pieces of work go on.</summary>
    public void Run(int steps)
    {
        for (var i = 0; i < steps && Step(); i++)
        {
        }
    }

    /// <summary>Runs until every loop waits.</summary>
    public void RunUntilIdle()
    {
        for (var i = 0; Step(); i++)
        {
            if (i > Endless)
                Assert.Fail($"the node does not come to rest within {Endless} steps");
        }
    }

    private bool Step()
    {
        if (_ready.Count == 0)
            return false;
        var chosen = random.Next(_ready.Count);
        var (lane, next, state) = _ready[chosen];
        _ready.RemoveAt(chosen);
        In(lane, () => next(state));
        return true;
    }

    /// <summary>One process. Killed, nothing of it goes on any more, wherever it was.</summary>
    internal sealed class Lane(Pump pump) : SynchronizationContext
    {
        private bool _isKilled;

        public void Kill()
        {
            _isKilled = true;
            pump._ready.RemoveAll(work => work.Lane == this);
        }

        public override void Post(SendOrPostCallback d, object? state)
        {
            if (!_isKilled)
                pump._ready.Add((this, d, state));
        }

        public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("nothing may wait for another loop");

        public override SynchronizationContext CreateCopy() => this;
    }
}
