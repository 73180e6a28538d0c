using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Judging;

/// <summary>How a flow was judged.</summary>
/// <param name="Number">Number under which it was judged; see <see cref="Tables.VerdictNumber"/>.</param>
/// <param name="Reason">None: it may pass.</param>
/// <param name="Direction">Direction whose policy decided.</param>
internal readonly record struct FlowVerdict(uint Number, DropReason Reason, TrafficDirection Direction, Party Initiator, Party Responder)
{
    public bool Allows => Reason == DropReason.None;

    public RuleCookie Rule => Direction == TrafficDirection.Ingress ? Responder.Rule : Initiator.Rule;

    /// <summary>True when both say the same of the same parties.</summary>
    public bool Agrees(FlowVerdict other) =>
        (Initiator.Identity, Initiator.Rule, Responder.Identity, Responder.Rule)
        == (other.Initiator.Identity, other.Initiator.Rule, other.Responder.Identity, other.Responder.Rule);
}
