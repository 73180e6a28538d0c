using System.Net;
using Cilium.Framework.Errors;
using Cilium.Framework.Policies.Rules;
using Cilium.Framework.State;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Endpoints;

/// <summary>What the agent was told about this node's workloads; the only writer of the table <c>endpoint-requests</c>. A change is on the disk before it is in the table.</summary>
/// <param name="table">The table.</param>
/// <param name="file">Where endpoints are remembered.</param>
/// <param name="filter">Which labels make up an identity.</param>
public sealed class EndpointRegistry(IWriteTable<ushort, EndpointRequest> table, StateFile<EndpointsState> file, LabelFilter filter)
{
    private readonly Lock _lock = new();
    private int _lastId;

    /// <summary>Takes back what was known before a restart.</summary>
    /// <param name="stillExists">False: its device vanished meanwhile; the endpoint is forgotten.</param>
    /// <returns>Endpoints that were forgotten.</returns>
    /// <exception cref="CiliumException">What is stored cannot be read: the agent must not start with fewer endpoints.</exception>
    public IReadOnlyList<EndpointRequest> Restore(Func<EndpointRequest, bool> stillExists)
    {
        lock (_lock)
        {
            var known = file.Read(Requests);
            if (known is null)
                return [];
            var requests = known.ToLookup(stillExists);
            if (requests[false].Any())
                Store(requests[true]);
            table.ReplaceAll(requests[true]);
            return [.. requests[false]];
        }
    }

    /// <summary>Adds an endpoint.</summary>
    /// <param name="proposal">The endpoint.</param>
    /// <returns>The endpoint with its number, or a refusal that says what is wrong or names the other endpoint; then nothing changed.</returns>
    /// <exception cref="CiliumException">It could not be written to the disk; nothing changed.</exception>
    public EndpointResult Add(EndpointProposal proposal)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        if (FindProblem(proposal) is { } problem)
            return EndpointResult.Refused(EndpointRefusal.Invalid, problem);
        lock (_lock)
        {
            if (FindConflict(proposal) is { } conflict)
                return EndpointResult.Refused(EndpointRefusal.Conflict, conflict);
            var id = proposal.Id == 0 ? NextFreeId() : proposal.Id;
            if (id == 0)
                return EndpointResult.Refused(EndpointRefusal.Exhausted, $"All {ushort.MaxValue} endpoint numbers are taken. Delete endpoints that are gone.");
            var request = new EndpointRequest
            {
                Id = id, ContainerId = proposal.ContainerId, ContainerName = proposal.ContainerName, Device = proposal.Device, IfIndex = proposal.IfIndex,
                Mac = proposal.Mac, HostMac = proposal.HostMac, IPv4 = proposal.IPv4, IPv6 = proposal.IPv6,
                Labels = proposal.Labels, IdentityLabels = filter.Relevant(proposal.Labels),
            };
            _lastId = id;
            Store(table.Append(request));
            table.Upsert(request);
            return EndpointResult.Taken(request);
        }
    }

    /// <summary>Removes an endpoint.</summary>
    /// <param name="id">Its number.</param>
    /// <returns>False when there is none.</returns>
    /// <exception cref="CiliumException">It could not be written to the disk; nothing changed.</exception>
    public bool Remove(ushort id)
    {
        lock (_lock)
        {
            if (!table.TryGet(id, out _))
                return false;
            Store(table.Where(request => request.Id != id));
            return table.Remove(id);
        }
    }

    /// <summary>A number that is there twice is damage.</summary>
    private IReadOnlyCollection<EndpointRequest> Requests(EndpointsState state)
    {
        _lastId = state.LastId;
        return state.Endpoints.ToDictionary(endpoint => endpoint.Id, endpoint => endpoint.ToRequest(filter)).Values;
    }

    private void Store(IEnumerable<EndpointRequest> requests) =>
        file.Write(new EndpointsState(_lastId, [.. requests.OrderBy(request => request.Id).Select(StoredEndpoint.From)]));

    private static string? FindProblem(EndpointProposal proposal)
    {
        if (proposal.Labels.Count > 1 && InitLabel.IsIn(proposal.Labels))
            return $"Label reserved:init says that the labels are not known yet, but others are given beside it: {Excerpt.Of(proposal.Labels.ToString())}. Give it alone, or leave it out. Nothing was changed.";
        return new[] { proposal.IPv4, proposal.IPv6 }.OfType<IPAddress>().Select(UnicastAddress.Problem).FirstOrDefault(problem => problem is not null);
    }

    private string? FindConflict(EndpointProposal proposal)
    {
        foreach (var other in table)
        {
            if (proposal.Id == other.Id)
                return $"Endpoint {other.Id} exists. Delete it first, or let the agent choose a number (0).";
            if (proposal.ContainerId.Length > 0 && proposal.ContainerId == other.ContainerId)
                return $"Container id {proposal.ContainerId} belongs to endpoint {other.Id}. Delete that endpoint first.";
            if (proposal.Device == other.Device || (proposal.IfIndex != 0 && proposal.IfIndex == other.IfIndex))
                return $"Device {proposal.Device} belongs to endpoint {other.Id}. Delete that endpoint first.";
            var taken = other.Addresses.FirstOrDefault(address => address.Equals(proposal.IPv4) || address.Equals(proposal.IPv6));
            if (taken is not null)
                return $"Address {taken} belongs to endpoint {other.Id}. Delete that endpoint first, or take another address (POST /ipam).";
        }

        return null;
    }

    private ushort NextFreeId()
    {
        for (var i = 1; i <= ushort.MaxValue; i++)
        {
            var id = (ushort)(((_lastId + i - 1) % ushort.MaxValue) + 1);
            if (!table.TryGet(id, out _))
                return id;
        }

        return 0;
    }
}
