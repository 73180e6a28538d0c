using Cilium.Framework.Datapath.Bpf.Maps;

namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary>Forgets the connections of endpoints that are gone.</summary>
internal sealed class ConnectionPurge(MapSet maps)
{
    public void OfEndpoints(IReadOnlySet<ushort> endpoints)
    {
        if (endpoints.Count == 0)
            return;
        Purge(maps.Conntrack4, endpoints);
        Purge(maps.Conntrack6, endpoints);
    }

    private static void Purge<TKey>(BpfMap<TKey, ConntrackValue> map, IReadOnlySet<ushort> endpoints)
        where TKey : unmanaged
    {
        foreach (var batch in map.Batches())
        {
            var doomed = batch.Where(entry => endpoints.Contains(entry.Value.Side0.Endpoint) || endpoints.Contains(entry.Value.Side1.Endpoint))
                .Select(entry => entry.Key).ToArray();
            map.RemoveMany(doomed);
        }
    }
}
