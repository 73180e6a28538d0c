using System.Net;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath;

/// <summary>A tracked connection. Source is the side that sent the first packet.</summary>
/// <param name="Protocol">IP protocol.</param>
/// <param name="Source">Address of the initiator.</param>
/// <param name="SourcePort">Port of the initiator; for ICMP the identifier.</param>
/// <param name="Destination">Address of the responder.</param>
/// <param name="DestinationPort">Port of the responder; 0 for ICMP.</param>
/// <param name="SourceIdentity">Identity of the initiator at the last judgement.</param>
/// <param name="DestinationIdentity">Identity of the responder at the last judgement.</param>
/// <param name="State">Such as <c>syn</c>, <c>established</c>, <c>closing</c>.</param>
/// <param name="ExpiresInSeconds">Seconds until it is forgotten when nothing more is seen; negative: it waits for collection.</param>
/// <param name="Verdict">Number of the judgement.</param>
/// <param name="EgressRule">Rule section that lets the initiator send; none when the initiator is not of this node.</param>
/// <param name="IngressRule">Rule section that lets the responder receive; none when the responder is not of this node.</param>
public sealed record ConnectionInfo(
    IpProtocol Protocol, IPAddress Source, ushort SourcePort, IPAddress Destination, ushort DestinationPort,
    NumericIdentity SourceIdentity, NumericIdentity DestinationIdentity, string State, int ExpiresInSeconds, uint Verdict,
    RuleCookie EgressRule, RuleCookie IngressRule);
