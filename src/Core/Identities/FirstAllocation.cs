using Cilium.Framework.Tables;

namespace Cilium.Framework.Identities;

/// <summary>When this node may ask for its first new number: not before it has seen what the store has, and a little later when that is nothing at all.</summary>
/// <remarks>An empty store may be one that has just lost its content: the agents that remember it write it again within a second.</remarks>
/// <param name="identities">What was seen.</param>
/// <param name="nodes">What was seen.</param>
/// <param name="grace">How long an empty store is given; zero when no other node can write to it.</param>
/// <param name="time">The clock.</param>
internal sealed class FirstAllocation(IReadTable identities, IReadTable nodes, TimeSpan grace, TimeProvider time)
{
    /// <summary>How long an empty store is given that other nodes write to.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private readonly List<Wake> _wakes = [];
    private volatile bool _isOver;

    /// <summary>New numbers may be asked for.</summary>
    public bool IsOver => _isOver;

    /// <summary>Sets the wake when it is over.</summary>
    public IDisposable Attach(Wake wake)
    {
        lock (_wakes)
            _wakes.Add(wake);
        return new Attachment(this, wake);
    }

    /// <summary>Waits until it is over.</summary>
    /// <param name="ct">Ends it.</param>
    public async Task RunAsync(CancellationToken ct)
    {
        var wake = new Wake();
        using (identities.Attach(wake))
        using (nodes.Attach(wake))
        {
            while (!identities.IsInitialized || !nodes.IsInitialized)
                await wake.WaitAsync(ct);
        }

        if (identities.Count == 0 && nodes.Count == 0 && grace > TimeSpan.Zero)
            await Task.Delay(grace, time, ct);
        _isOver = true;
        lock (_wakes)
            _wakes.ForEach(wake => wake.Set());
    }

    private sealed class Attachment(FirstAllocation of, Wake wake) : IDisposable
    {
        public void Dispose()
        {
            lock (of._wakes)
                of._wakes.Remove(wake);
        }
    }
}
