using Cilium.Framework.Identities;
using Cilium.Framework.Labels;
using Cilium.Framework.Policies;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Endpoints;

/// <summary>The state of 1.2 is no state of its own: it is read off the rows.</summary>
/// <param name="requests">What the agent was told.</param>
/// <param name="claims">Numbers of label sets.</param>
/// <param name="endpoints">What is to be and is realised.</param>
/// <param name="policies">Policies with their status.</param>
/// <param name="revisions">Revision of the rules that each policy realises.</param>
internal sealed class EndpointStatusProjection(
    IReadTable<ushort, EndpointRequest> requests,
    IReadTable<LabelSet, IdentityClaimRow> claims,
    DesiredTable<ushort, EndpointRow> endpoints,
    DesiredTable<PolicyId, PolicyRow> policies,
    IReadTable<PolicyId, PolicyRevisionRow> revisions)
{
    /// <summary>All endpoints, by number.</summary>
    public IReadOnlyList<EndpointStatusView> All() => [.. requests.OrderBy(request => request.Id).Select(Project)];

    /// <summary>One endpoint; null when there is none.</summary>
    public EndpointStatusView? Find(ushort id) => requests[id] is { } request ? Project(request) : null;

    /// <summary>Waits until an endpoint is ready, cannot become so as it is, or is gone.</summary>
    /// <returns>Null when it is gone.</returns>
    public async Task<EndpointStatusView?> WaitSettledAsync(ushort id, CancellationToken ct)
    {
        var wake = new Wake();
        using var onRequest = requests.Attach(wake);
        using var onClaim = claims.Attach(wake);
        using var onEndpoint = endpoints.Attach(wake);
        while (true)
        {
            var view = Find(id);
            if (view is null or { State: EndpointState.Ready or EndpointState.NotReady })
                return view;
            await wake.WaitAsync(ct);
        }
    }

    private EndpointStatusView Project(EndpointRequest request)
    {
        var claim = claims[IdentityClaims.Claimed(request.IdentityLabels)];
        var row = endpoints.Rows[request.Id];
        var policy = row?.Realised?.Policy is { } id ? policies.Rows[id]?.Realised : null;
        var (state, message) = StateOf(claim, row);
        var revision = row is { Realised.Policy: { } realised } ? revisions[realised]?.Revision ?? 0 : 0;
        return new(request, state, message, claim?.Id, policy, revision);
    }

    private static (EndpointState State, string Message) StateOf(IdentityClaimRow? claim, DesiredRow<EndpointRow>? row)
    {
        if (row is { IsDeleting: true })
            return (EndpointState.Disconnecting, "being removed");
        if (row is { Status.State: RowState.Error })
            return (EndpointState.NotReady, row.Status.Text);
        if (claim?.Id is null)
            return (EndpointState.WaitingForIdentity, claim?.Error ?? "its labels have no number yet");
        return row switch
        {
            null => (EndpointState.WaitingToRegenerate, "not computed yet"),
            { Row.Policy: null } => (EndpointState.WaitingToRegenerate, "attached, dropping everything until its policy is realised"),
            { IsDone: true } => (EndpointState.Ready, row.Status.Text),
            { Realised: null } => (EndpointState.Restoring, Reason(row)),
            _ => (EndpointState.Regenerating, Reason(row)),
        };
    }

    private static string Reason(DesiredRow<EndpointRow> row) => row.Status.Text.Length > 0 ? row.Status.Text : "its policy is being realised";
}
