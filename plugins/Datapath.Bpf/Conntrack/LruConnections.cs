using Cilium.Framework.Datapath.Bpf.Maps;

namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary>Connections in a hash of the kernel (bpf/lib/conntrack_lru.h).</summary>
/// <param name="map">The hash.</param>
/// <param name="remove">Takes a connection out, as it was seen, and says whether it did; null for readers.</param>
internal sealed class LruConnections<TKey>(BpfMap<TKey, ConntrackValue> map, Func<TKey, ConntrackValue, bool>? remove) : IConnectionStore<TKey>
    where TKey : unmanaged
{
    public uint Capacity => map.Kernel.MaxEntries;

    public IEnumerable<KeyValuePair<TKey, ConntrackValue>> Entries() => map.Entries().Where(entry => ConnectionState.IsValid(entry.Value.State));

    public bool Add(TKey key, ConntrackValue value) => Put(key, value);

    public bool Put(TKey key, ConntrackValue value)
    {
        map.Set(key, value with { State = ConnectionState.Valid });
        return true;
    }

    public int FreeAbandoned() => 0;

    public (int Seen, int Removed) Remove(Func<TKey, ConntrackValue, bool> doomed, Action<TKey, ConntrackValue>? removed = null)
    {
        var remover = remove ?? throw new InvalidOperationException("This view of the connections is for reading only.");
        var (seen, gone) = (0, 0);
        foreach (var (key, value) in Entries())
        {
            seen++;
            if (!doomed(key, value) || !remover(key, value))
                continue;
            removed?.Invoke(key, value);
            gone++;
        }

        return (seen, gone);
    }
}
