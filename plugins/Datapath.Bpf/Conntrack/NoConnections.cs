using Cilium.Framework.Datapath.Bpf.Maps;

namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary>What a reader sees in the place of a container that an agent is about to make: nothing.</summary>
internal sealed class NoConnections<TKey> : IConnectionStore<TKey>
    where TKey : unmanaged
{
    private const string ReadOnly = "This view of the connections is for reading only.";

    public uint Capacity => 0;

    public IEnumerable<KeyValuePair<TKey, ConntrackValue>> Entries() => [];

    public bool Add(TKey key, ConntrackValue value) => throw new InvalidOperationException(ReadOnly);

    public bool Put(TKey key, ConntrackValue value) => throw new InvalidOperationException(ReadOnly);

    public int FreeAbandoned() => 0;

    public (int Seen, int Removed) Remove(Func<TKey, ConntrackValue, bool> doomed, Action<TKey, ConntrackValue>? removed = null) => (0, 0);
}
