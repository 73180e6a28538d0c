using Cilium.Framework.Identities;
using Cilium.Framework.Labels;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Endpoints;

/// <summary>endpoint-requests + identity-claims -> endpoints: attached at once, judged by the policy of its identity as soon as that is realised, and dropping until then.</summary>
/// <remarks>
/// Dropping is written only for an endpoint that the datapath does not hold yet (ARCHITECTURE, order of realisation 1): one that it holds keeps what it
/// has until the new policy is Done, also over a restart and a change of labels.
/// </remarks>
/// <param name="requests">What the agent was told.</param>
/// <param name="claims">Numbers of label sets.</param>
/// <param name="policies">Asked whether a policy is realised already; a change of them decides nothing here.</param>
/// <param name="heldBefore">Endpoints that the datapath held, with a policy, when the agent started.</param>
/// <param name="endpoints">Written here only.</param>
internal sealed class EndpointController(
    IReadTable<ushort, EndpointRequest> requests,
    IReadTable<LabelSet, IdentityClaimRow> claims,
    DesiredTable<PolicyId, PolicyRow> policies,
    IReadOnlySet<(ushort Id, int IfIndex)> heldBefore,
    DesiredTable<ushort, EndpointRow> endpoints) : IController
{
    private readonly TableTracker<ushort, EndpointRequest> _requests = requests.Track();
    private readonly TableIndex<LabelSet, ushort, EndpointRequest> _byLabels = new(requests, request => [IdentityClaims.Claimed(request.IdentityLabels)]);
    private readonly TableTracker<LabelSet, IdentityClaimRow> _claims = claims.Track();
    private readonly TableTracker<ushort, DesiredRow<EndpointRow>> _realised = endpoints.Rows.Track();
    private HashSet<ushort> _due = [];

    /// <inheritdoc />
    public void Compute()
    {
        _due.UnionWith(_requests.Next().Select(change => change.Key));
        _byLabels.Update(new HashSet<LabelSet>());
        _due.UnionWith(_claims.Next().SelectMany(change => _byLabels[change.Key]));
        _due.UnionWith(_realised.Next().Select(change => change.Key));
        endpoints.Decide(_due, id => requests[id] is { } request ? Decide(request) : null);
        _due = [];
    }

    private (EndpointRow Row, Gate? Gate) Decide(EndpointRequest request)
    {
        var current = endpoints.Rows[request.Id] is { IsDeleting: false } row ? row : null;
        // A row that names a policy was written for an endpoint that is held: also when a target that failed left nothing acknowledged.
        var held = current is { Row.Policy: not null } or { Realised: not null } || heldBefore.Contains((request.Id, request.IfIndex));
        var identity = claims[IdentityClaims.Claimed(request.IdentityLabels)]?.Id;
        var policy = identity is { } subject ? new PolicyId(subject) : null;
        if (!held && (policy is null || policies.Rows[policy] is not { IsDone: true }))
            return (Row(request, identity ?? NumericIdentity.Init, policy: null), null);
        if (policy is not null)
            return (Row(request, policy.Subject, policy), Gate.Done(TableNames.Policies, policy));

        // Held, and its labels have no number yet: it keeps what it has. Without a row of this process it is held by a gate that nothing opens:
        // after the patience of the reconciler it drops, and its status says why.
        return current is null ? (Row(request, NumericIdentity.Init, policy: null), Gate.Computed(TableNames.Policies, ulong.MaxValue)) : (current.Row, current.Gate);
    }

    private static EndpointRow Row(EndpointRequest request, NumericIdentity identity, PolicyId? policy) => new()
    {
        Id = request.Id, IfIndex = request.IfIndex, Device = request.Device, Mac = request.Mac, HostMac = request.HostMac,
        IPv4 = request.IPv4, IPv6 = request.IPv6, Identity = identity, Policy = policy,
    };
}
