using System.Net;
using Cilium.Framework.Errors;
using Cilium.Framework.Policies.Rules;
using Cilium.Framework.State;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Endpoints;

/// <summary>What the agent was told about this node's workloads; the only writer of the table <c>endpoint-requests</c>. A change is on the disk before it is in the table.</summary>
public sealed class EndpointRegistry : IDisposable
{
    private readonly IWriteTable<ushort, EndpointRequest> _table;
    private readonly StateFile<EndpointsState> _file;
    private readonly LabelFilter _filter;
    private readonly GroupCommit _changes;

    // What the changes of a group have made of the table; null: removed.
    private readonly Dictionary<ushort, EndpointRequest?> _draft = [];
    private readonly EndpointHolders _holders = new();
    private readonly EndpointsDocument _document = new();
    private int _lastId;
    private int _draftedLastId;

    /// <param name="table">The table.</param>
    /// <param name="file">Where endpoints are remembered.</param>
    /// <param name="filter">Which labels make up an identity.</param>
    public EndpointRegistry(IWriteTable<ushort, EndpointRequest> table, StateFile<EndpointsState> file, LabelFilter filter)
    {
        (_table, _file, _filter) = (table, file, filter);
        _changes = new(Begin, Commit, Undo);
    }

    /// <summary>The endpoints.</summary>
    public IReadTable<ushort, EndpointRequest> Known => _table;

    /// <summary>Takes back what was known before a restart; before the first change.</summary>
    /// <param name="stillExists">False: its device vanished meanwhile; the endpoint is forgotten.</param>
    /// <returns>Endpoints that were forgotten.</returns>
    /// <exception cref="CiliumException">What is stored cannot be read: the agent must not start with fewer endpoints.</exception>
    public IReadOnlyList<EndpointRequest> Restore(Func<EndpointRequest, bool> stillExists)
    {
        var known = _file.Read(Requests);
        if (known is null)
            return [];
        var requests = known.ToLookup(stillExists);
        foreach (var request in requests[true])
        {
            _document.Set(request);
            _holders.Add(request);
        }

        if (requests[false].Any())
            _file.Write(_document.ToUtf8(_lastId));
        _table.ReplaceAll(requests[true]);
        return [.. requests[false]];
    }

    /// <summary>Adds an endpoint.</summary>
    /// <param name="proposal">The endpoint.</param>
    /// <param name="ct">Gives up, as long as nothing has begun.</param>
    /// <returns>The endpoint with its number, or a refusal that says what is wrong or names the other endpoint; then nothing changed.</returns>
    /// <exception cref="CiliumException">It could not be written to the disk; nothing changed.</exception>
    public async Task<EndpointResult> AddAsync(EndpointProposal proposal, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        if (FindProblem(proposal) is { } problem)
            return EndpointResult.Refused(EndpointRefusal.Invalid, problem);
        return await _changes.RunAsync(() => new ValueTask<EndpointResult>(Add(proposal)), ct);
    }

    /// <summary>Removes an endpoint.</summary>
    /// <param name="id">Its number.</param>
    /// <returns>False when there is none.</returns>
    /// <exception cref="CiliumException">It could not be written to the disk; nothing changed.</exception>
    public Task<bool> RemoveAsync(ushort id) => _changes.RunAsync(() => new ValueTask<bool>(Remove(id)), CancellationToken.None);

    /// <inheritdoc />
    public void Dispose() => _changes.Dispose();

    private EndpointResult Add(EndpointProposal proposal)
    {
        if (_holders.ConflictOf(proposal) is { } conflict)
            return EndpointResult.Refused(EndpointRefusal.Conflict, conflict);
        var id = proposal.Id == 0 ? NextFreeId() : proposal.Id;
        if (id == 0)
            return EndpointResult.Refused(EndpointRefusal.Exhausted, $"All {ushort.MaxValue} endpoint numbers are taken. Delete endpoints that are gone.");
        var request = new EndpointRequest
        {
            Id = id, ContainerId = proposal.ContainerId, ContainerName = proposal.ContainerName, Device = proposal.Device, IfIndex = proposal.IfIndex,
            Mac = proposal.Mac, HostMac = proposal.HostMac, IPv4 = proposal.IPv4, IPv6 = proposal.IPv6,
            Labels = proposal.Labels, IdentityLabels = _filter.Relevant(proposal.Labels),
        };
        (_draft[id], _draftedLastId) = (request, id);
        _holders.Add(request);
        return EndpointResult.Taken(request);
    }

    private bool Remove(ushort id)
    {
        if (_holders.Of(id) is not { } endpoint)
            return false;
        _draft[id] = null;
        _holders.Remove(endpoint);
        return true;
    }

    private void Begin()
    {
        _draft.Clear();
        _draftedLastId = _lastId;
    }

    private ValueTask Undo()
    {
        foreach (var drafted in _draft.Values.OfType<EndpointRequest>())
            _holders.Remove(drafted);
        foreach (var id in _draft.Keys)
        {
            _document.Remove(id);
            if (!_table.TryGet(id, out var stands))
                continue;
            _document.Set(stands);
            _holders.Add(stands);
        }

        return default;
    }

    private void Commit()
    {
        if (_draft.Count == 0)
            return;
        foreach (var (id, request) in _draft)
        {
            if (request is null)
                _document.Remove(id);
            else
                _document.Set(request);
        }

        _file.Write(_document.ToUtf8(_draftedLastId));
        _lastId = _draftedLastId;
        _table.Write(writer =>
        {
            foreach (var (id, request) in _draft)
            {
                if (request is null)
                    writer.Remove(id);
                else
                    writer.Upsert(request);
            }
        });
    }

    /// <summary>A number that is there twice is damage.</summary>
    private IReadOnlyCollection<EndpointRequest> Requests(EndpointsState state)
    {
        _lastId = state.LastId;
        return state.Endpoints.ToDictionary(endpoint => endpoint.Id, endpoint => endpoint.ToRequest(_filter)).Values;
    }

    private static string? FindProblem(EndpointProposal proposal)
    {
        if (proposal.Labels.Count > 1 && InitLabel.IsIn(proposal.Labels))
            return $"Label reserved:init says that the labels are not known yet, but others are given beside it: {Excerpt.Of(proposal.Labels.ToString())}. Give it alone, or leave it out. Nothing was changed.";
        return new[] { proposal.IPv4, proposal.IPv6 }.OfType<IPAddress>().Select(UnicastAddress.Problem).FirstOrDefault(problem => problem is not null);
    }

    private ushort NextFreeId()
    {
        for (var i = 1; i <= ushort.MaxValue; i++)
        {
            var id = (ushort)(((_draftedLastId + i - 1) % ushort.MaxValue) + 1);
            if (_holders.Of(id) is null)
                return id;
        }

        return 0;
    }
}
