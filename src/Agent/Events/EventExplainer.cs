using Cilium.Framework.Datapath;
using Cilium.Framework.Hosting;
using Cilium.Framework.Identities;
using Cilium.Framework.Policies;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Agent.Events;

/// <summary>Names the rule behind an event, from the rules and identities of this moment.</summary>
/// <param name="tables">The node's tables.</param>
internal sealed class EventExplainer(NodeTables tables)
{
    public string Explain(PacketEvent shown)
    {
        if (tables.Rules[RulesRow.Key] is not { } rules)
            return "";
        var explainer = new PolicyExplainer(rules.Repository);
        if (shown.Rule != RuleCookie.None)
            return explainer.Name(shown.Rule);
        if (shown is not DropEvent { Reason: DropReason.PolicyDenied })
            return "";
        var isIngress = shown.Direction == TrafficDirection.Ingress;
        var subject = Find(isIngress ? shown.DestinationIdentity : shown.SourceIdentity);
        var peer = Find(isIngress ? shown.SourceIdentity : shown.DestinationIdentity);
        return subject is null ? "" : explainer.Nearest(subject, peer, shown.Direction, shown.Packet.Protocol, shown.Packet.DestinationPort);
    }

    private IdentityRow? Find(NumericIdentity id) => tables.Identities[id];
}
