using Cilium.Framework.Datapath.Bpf.Maps;

namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary>Connections in a hash of the kernel (bpf/lib/conntrack_lru.h).</summary>
internal sealed class LruConnections<TKey>(BpfMap<TKey, ConntrackValue> map) : IConnectionStore<TKey>
    where TKey : unmanaged
{
    public uint Capacity => map.Kernel.MaxEntries;

    public IEnumerable<KeyValuePair<TKey, ConntrackValue>> Entries() => map.Entries();

    public bool Add(TKey key, ConntrackValue value) => Put(key, value);

    public bool Put(TKey key, ConntrackValue value)
    {
        map.Set(key, value with { State = ConnectionState.Valid });
        return true;
    }

    public int FreeAbandoned() => 0;

    public (int Seen, int Removed) Remove(Func<TKey, ConntrackValue, bool> doomed, Action<TKey, ConntrackValue>? removed = null)
    {
        var (seen, gone) = (0, 0);
        foreach (var batch in map.Batches())
        {
            seen += batch.Length;
            foreach (var (key, read) in batch)
            {
                // Read again, one by one: since the batch was read the key may have become a new connection's.
                if (doomed(key, read) && map.TryGet(key, out var still) && doomed(key, still) && Take(key, doomed) is { } value)
                {
                    removed?.Invoke(key, value);
                    gone++;
                }
            }
        }

        return (seen, gone);
    }

    // Even now: what comes out decides.
    private ConntrackValue? Take(TKey key, Func<TKey, ConntrackValue, bool> doomed)
    {
        if (!map.TryTake(key, out var value))
            return null;
        if (doomed(key, value))
            return value;
        map.TryAdd(key, value);
        return null;
    }
}
