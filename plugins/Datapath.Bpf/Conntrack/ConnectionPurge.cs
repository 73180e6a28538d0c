using Cilium.Framework.Datapath.Bpf.Maps;

namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary>Forgets the connections of endpoints that are gone.</summary>
internal sealed class ConnectionPurge(MapSet maps)
{
    public void OfEndpoints(IReadOnlySet<ushort> endpoints)
    {
        if (endpoints.Count == 0)
            return;
        // Where packets take connections from, first.
        maps.Previous.ForEach(previous =>
        {
            previous.Conntrack4.Remove((_, value) => Concerns(value, endpoints));
            previous.Conntrack6.Remove((_, value) => Concerns(value, endpoints));
        });
        maps.Conntrack4.Remove((_, value) => Concerns(value, endpoints));
        maps.Conntrack6.Remove((_, value) => Concerns(value, endpoints));
    }

    private static bool Concerns(in ConntrackValue value, IReadOnlySet<ushort> endpoints) =>
        endpoints.Contains(value.Side0.Endpoint) || endpoints.Contains(value.Side1.Endpoint);
}
