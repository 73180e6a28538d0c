using System.Net;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Endpoints;
using Cilium.Framework.Identities;
using Cilium.Framework.Labels;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;
using Endpoint = Cilium.Framework.Client.Models.Endpoint;

namespace Cilium.Framework.Agent.Endpoints;

/// <summary>Endpoints as the API offers them.</summary>
internal sealed class EndpointService(
    EndpointRegistry registry,
    EndpointRequests requests,
    EndpointLeases leases,
    EndpointStatusProjection projection,
    DesiredTable<ushort, EndpointRow> rows,
    IReadTable<NumericIdentity, IdentityRow> identities,
    TimeProvider time) : IDisposable
{
    /// <summary>A change of an endpoint and of leases that are the agent's own is one.</summary>
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>How long an answer waits for the datapath; what is realised later is seen in the endpoint's state.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Endpoints that carry all labels.</summary>
    /// <param name="labels">Empty: all endpoints.</param>
    public IReadOnlyList<Endpoint> List(LabelSet labels) => [.. projection.All().Where(view => labels.All(view.Request.Labels.Contains)).Select(ToModel)];

    /// <exception cref="RefusedException">400 or 404.</exception>
    public Endpoint Get(string id) => ToModel(Find(id));

    /// <summary>Adds an endpoint; answers when the datapath judges its packets, with <c>sync-build-endpoint</c> when its policy is in force.</summary>
    /// <exception cref="RefusedException">400 or 409; nothing was changed. 500: the datapath refuses it; it was taken out again.</exception>
    public async Task<Endpoint> PutAsync(string id, EndpointChangeRequest body, CancellationToken ct)
    {
        var request = await AddAsync(requests.Read(id, body), ct);
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        try
        {
            await WaitAsync(request.Id, body.SyncBuildEndpoint, either.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            // Answered with the state it has reached.
        }

        var view = projection.Find(request.Id) ?? throw new RefusedException(409, $"Endpoint {request.Id} was deleted while it was added.");
        if (view.State == EndpointState.NotReady && rows.Rows[request.Id]?.Realised is null)
        {
            await RemoveAsync(request);
            throw new RefusedException(500, $"Endpoint {request.Id} on {request.Device} cannot be realised: {view.Message} It was not added.");
        }

        return ToModel(view);
    }

    /// <summary>Removes an endpoint; answers when the datapath has forgotten it.</summary>
    /// <exception cref="RefusedException">400 or 404.</exception>
    public async Task DeleteAsync(string id, CancellationToken ct)
    {
        var found = Find(id).Request;
        await RemoveAsync(found);
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        try
        {
            await WaitGoneAsync(found.Id, either.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            // Forgotten by the agent; the datapath is tried again in the background.
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<EndpointRequest> AddAsync(EndpointProposal proposal, CancellationToken ct)
    {
        // Who has leased its addresses before needs nothing done to the leases: many at once do not wait for each other.
        if (leases.AreHeldByOthers(Addresses(proposal)))
            return await AddAloneAsync(proposal, ct);
        await _one.WaitAsync(ct);
        try
        {
            return await AddAloneAsync(proposal, ct);
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<EndpointRequest> AddAloneAsync(EndpointProposal proposal, CancellationToken ct)
    {
        var claimed = await ClaimAsync(proposal, ct);
        try
        {
            var result = await registry.AddAsync(proposal, ct);
            return result.Request ?? throw new RefusedException(result.Refusal == EndpointRefusal.Conflict ? 409 : 400, result.Message);
        }
        catch
        {
            await leases.ReleaseAsync(claimed);
            throw;
        }
    }

    private async Task<IReadOnlyList<IPAddress>> ClaimAsync(EndpointProposal proposal, CancellationToken ct)
    {
        try
        {
            return await leases.ClaimAsync(proposal, ct);
        }
        catch (RefusedException) when (registry.Known.SelectMany(request => request.Addresses).Any(Addresses(proposal).Contains))
        {
            // An address of another endpoint is refused in words about that endpoint.
            return [];
        }
    }

    private async Task RemoveAsync(EndpointRequest request)
    {
        if (leases.AreHeldByOthers(request.Addresses))
        {
            await registry.RemoveAsync(request.Id);
            return;
        }

        await _one.WaitAsync(CancellationToken.None);
        try
        {
            if (await registry.RemoveAsync(request.Id))
                await leases.ReleaseAsync(request.Addresses);
        }
        finally
        {
            _one.Release();
        }
    }

    private static IReadOnlyList<IPAddress> Addresses(EndpointProposal proposal) => [.. new[] { proposal.IPv4, proposal.IPv6 }.OfType<IPAddress>()];

    private EndpointStatusView Find(string id)
    {
        var fits = EndpointIdForm.Parse(id);
        var found = registry.Known.FirstOrDefault(fits);
        return (found is null ? null : projection.Find(found.Id)) ?? throw new RefusedException(404, $"There is no endpoint {id}. See cilium endpoint list.");
    }

    private async Task WaitAsync(ushort id, bool untilReady, CancellationToken ct)
    {
        if (untilReady)
        {
            await projection.WaitSettledAsync(id, ct);
            return;
        }

        await WaitUntilAsync(() => rows.Rows[id] is { } row && (row.Realised is not null || row.Status.State == RowState.Error), ct);
    }

    private Task WaitGoneAsync(ushort id, CancellationToken ct) => WaitUntilAsync(() => rows.Rows[id] is null, ct);

    private async Task WaitUntilAsync(Func<bool> reached, CancellationToken ct)
    {
        var wake = new Wake();
        using var attachment = rows.Attach(wake);
        while (!reached())
            await wake.WaitAsync(ct);
    }

    private Endpoint ToModel(EndpointStatusView view) => new()
    {
        Id = view.Request.Id,
        Status = new EndpointStatus
        {
            State = view.State.Text(),
            Message = view.Message.Length == 0 ? null : view.Message,
            Identity = view.Identity is { } id ? new Identity { Id = id.Value, Labels = [.. (identities[id]?.Labels ?? view.Request.IdentityLabels).Select(label => label.ToString())] } : null,
            Labels = [.. view.Request.Labels.Select(label => label.ToString())],
            Networking = new EndpointNetworking
            {
                Addressing = [new AddressPair { Ipv4 = view.Request.IPv4?.ToString(), Ipv6 = view.Request.IPv6?.ToString() }],
                Mac = view.Request.Mac.ToString(), HostMac = view.Request.HostMac.ToString(),
                InterfaceName = view.Request.Device, InterfaceIndex = view.Request.IfIndex,
            },
            ExternalIdentifiers = new EndpointIdentifiers { ContainerId = view.Request.ContainerId, ContainerName = view.Request.ContainerName },
            Policy = new EndpointPolicy
            {
                PolicyRevision = (long)view.PolicyRevision, PolicyEnabled = EnabledDirections(view.Policy),
                AllowedIngressIdentities = Allowed(view.Policy, TrafficDirection.Ingress), AllowedEgressIdentities = Allowed(view.Policy, TrafficDirection.Egress),
            },
        },
    };

    private static string EnabledDirections(PolicyRow? policy)
    {
        if (policy is null)
            return "both";
        var ingress = IsEnforced(policy, TrafficDirection.Ingress);
        var egress = IsEnforced(policy, TrafficDirection.Egress);
        return (ingress, egress) switch { (true, true) => "both", (true, false) => "ingress", (false, true) => "egress", _ => "none" };
    }

    private static bool IsEnforced(PolicyRow policy, TrafficDirection direction) =>
        !policy.Entries.TryGet(PolicyKey.All(direction), out var all) || all.Rule != RuleCookie.NotEnforced;

    private static IReadOnlyList<long> Allowed(PolicyRow? policy, TrafficDirection direction) =>
        [.. (policy?.Entries ?? PolicyEntrySet.Empty).Where(entry => entry.Key.Direction == direction).Select(entry => (long)entry.Key.Remote.Value).Distinct().Order()];
}
