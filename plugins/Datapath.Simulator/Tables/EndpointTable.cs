using Cilium.Framework.Datapath.Simulator.Packets;

namespace Cilium.Framework.Datapath.Simulator.Tables;

/// <summary>Endpoints by number and by address.</summary>
internal sealed class EndpointTable
{
    private readonly Dictionary<ushort, Endpoint> _byId = [];
    private readonly Dictionary<Address, ushort> _byAddress = [];

    public IEnumerable<Endpoint> All => _byId.Values;

    public Endpoint? Find(ushort id) => _byId.GetValueOrDefault(id);

    public Endpoint? Find(Address address) => _byAddress.TryGetValue(address, out var id) ? _byId[id] : null;

    public void Set(Endpoint endpoint)
    {
        Remove(endpoint.Id);
        _byId[endpoint.Id] = endpoint;
        foreach (var address in endpoint.Addresses)
            _byAddress[address] = endpoint.Id;
    }

    public bool Remove(ushort id)
    {
        if (!_byId.Remove(id, out var endpoint))
            return false;
        foreach (var address in endpoint.Addresses)
            _byAddress.Remove(address);
        return true;
    }
}
