using Cilium.Framework.Datapath.Bpf.Maps;

namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary>The containers from which connections still move; nearly always none. They go while others look at them, so whoever does holds the lock.</summary>
internal sealed class PreviousContainers : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<PreviousConnections> _containers;

    private PreviousContainers(List<PreviousConnections> containers) => _containers = containers;

    /// <summary>The one that was used last, in which the programs look for what they do not find.</summary>
    public PreviousConnections? Newest => Snapshot().FirstOrDefault();

    /// <param name="bpffs">Where all is pinned.</param>
    /// <param name="writable">Connections may be removed.</param>
    public static PreviousContainers Open(string bpffs, bool writable) =>
        new([.. ConntrackPins.Previous(bpffs).Select(folder => PreviousConnections.TryOpen(folder, writable)).OfType<PreviousConnections>()]);

    /// <summary>All of them, the one used last first.</summary>
    public PreviousConnections[] Snapshot()
    {
        lock (_lock)
            return [.. _containers];
    }

    /// <summary>Does something with each.</summary>
    public void ForEach(Action<PreviousConnections> action)
    {
        lock (_lock)
            _containers.ForEach(action);
    }

    /// <summary>Connections that have not moved yet.</summary>
    public IEnumerable<KeyValuePair<TKey, ConntrackValue>> Entries<TKey>(Func<PreviousConnections, IConnectionStore<TKey>> store)
        where TKey : unmanaged => Snapshot().SelectMany(container => store(container).Entries());

    /// <summary>Forgets all of them and what is in them.</summary>
    /// <param name="last">What is to be done with each before.</param>
    public void Drop(Action<PreviousConnections> last)
    {
        lock (_lock)
        {
            // The oldest first: who goes on after a kill moves from the newest, which knows more.
            while (_containers.Count > 0)
            {
                var oldest = _containers[^1];
                last(oldest);
                ConntrackPins.Drop(oldest.Folder);
                _containers.RemoveAt(_containers.Count - 1);
                oldest.Dispose();
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _containers.ForEach(container => container.Dispose());
            _containers.Clear();
        }
    }
}
