using Cilium.Framework.Datapath.Simulator.Packets;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Judging;

/// <summary>May this flow begin? First the policy of an initiator that lives here, then that of a responder that does.</summary>
internal sealed class FlowJudge(SimulatorState state)
{
    public FlowVerdict Judge(Flow flow)
    {
        var number = state.Number.Current;
        var initiator = PartyAt(flow.Initiator);
        // What is said of that address alone, on another node, needs nobody else to say it.
        var isKnown = initiator.Node is not null && state.Addresses.Find(flow.Initiator) is { Prefix.IsHost: true };
        if (!initiator.IsLocal && !isKnown && flow.GivenIdentity != NumericIdentity.Unknown)
            initiator = initiator with { Identity = flow.GivenIdentity };
        var responder = PartyAt(flow.Responder);

        if (initiator.IsLocal && Ask(ref initiator, responder.Identity, flow, TrafficDirection.Egress) is var egress and not DropReason.None)
            return new(number, egress, TrafficDirection.Egress, initiator, responder);
        if (!responder.IsLocal)
            return new(number, DropReason.None, TrafficDirection.Egress, initiator, responder);
        var ingress = Ask(ref responder, initiator.Identity, flow, TrafficDirection.Ingress);
        return new(number, ingress, TrafficDirection.Ingress, initiator, responder);
    }

    /// <summary>True while nothing that the verdict depends on has changed since it was taken.</summary>
    public bool Holds(FlowVerdict verdict) =>
        verdict.Number >= state.Number.AddressesChangedAt && Holds(verdict.Initiator, verdict.Number) && Holds(verdict.Responder, verdict.Number);

    private bool Holds(Party party, uint number) =>
        !party.IsLocal
        || (state.Endpoints.Find(party.Endpoint) is { } endpoint && number >= endpoint.ChangedAt
            && state.Policies.Find(endpoint.Row.Policy) is { } policy && number >= policy.ChangedAt);

    private Party PartyAt(Address address) => state.Endpoints.Find(address) is { } endpoint
        ? new(endpoint.Id, endpoint.Row.Identity)
        : new(0, state.Addresses.IdentityOf(address), state.Addresses.Find(address)?.TunnelEndpoint);

    private DropReason Ask(ref Party subject, NumericIdentity remote, Flow flow, TrafficDirection direction)
    {
        if (state.Policies.Find(state.Endpoints.Find(subject.Endpoint)?.Row.Policy) is not { } policy)
            return DropReason.PolicyNotReady;
        if (!policy.Entries.TryMatch(direction, remote, flow.Protocol, flow.Port, out var entry))
            return DropReason.PolicyDenied;
        subject = subject with { Entry = entry };
        return DropReason.None;
    }
}
