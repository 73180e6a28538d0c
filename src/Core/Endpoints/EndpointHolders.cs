using System.Net;

namespace Cilium.Framework.Endpoints;

/// <summary>Which endpoint has a number, a container id, a device or an address; nothing of these has two.</summary>
internal sealed class EndpointHolders
{
    // Each thing under its own type: a number is an ushort, an index an int, names are tagged with what they name.
    private readonly Dictionary<object, EndpointRequest> _holders = [];

    /// <summary>Notes what an endpoint has.</summary>
    public void Add(EndpointRequest endpoint)
    {
        foreach (var thing in ThingsOf(endpoint))
            _holders[thing] = endpoint;
    }

    /// <summary>Forgets what an endpoint had.</summary>
    public void Remove(EndpointRequest endpoint)
    {
        foreach (var thing in ThingsOf(endpoint))
            _holders.Remove(thing);
    }

    /// <summary>The endpoint of a number; null: free.</summary>
    public EndpointRequest? Of(ushort id) => Find(id);

    /// <summary>What of a new endpoint belongs to another one, in words; null: nothing.</summary>
    public string? ConflictOf(EndpointProposal proposal)
    {
        if (Find(proposal.Id) is { } same)
            return $"Endpoint {same.Id} exists. Delete it first, or let the agent choose a number (0).";
        if (Find(new Container(proposal.ContainerId)) is { } container)
            return $"Container id {proposal.ContainerId} belongs to endpoint {container.Id}. Delete that endpoint first.";
        if ((Find(new Device(proposal.Device)) ?? Find(proposal.IfIndex)) is { } device)
            return $"Device {proposal.Device} belongs to endpoint {device.Id}. Delete that endpoint first.";
        foreach (var address in new[] { proposal.IPv4, proposal.IPv6 }.OfType<IPAddress>())
        {
            if (Find(address) is { } other)
                return $"Address {address} belongs to endpoint {other.Id}. Delete that endpoint first, or take another address (POST /ipam).";
        }

        return null;
    }

    private EndpointRequest? Find(object thing) => _holders.GetValueOrDefault(thing);

    private static IEnumerable<object> ThingsOf(EndpointRequest endpoint)
    {
        yield return endpoint.Id;
        if (endpoint.ContainerId.Length > 0)
            yield return new Container(endpoint.ContainerId);
        yield return new Device(endpoint.Device);
        if (endpoint.IfIndex != 0)
            yield return endpoint.IfIndex;
        foreach (var address in endpoint.Addresses)
            yield return address;
    }

    private readonly record struct Container(string Id);

    private readonly record struct Device(string Name);
}
