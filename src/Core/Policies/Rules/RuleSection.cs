using Cilium.Framework.Rows;

namespace Cilium.Framework.Policies.Rules;

/// <summary>One entry of <c>ingress</c> or <c>egress</c>: these peers, on these ports.</summary>
/// <param name="Peers">Null: anybody. Empty: nobody, though the section has a peer field (Cilium facts, pitfall 1c.2).</param>
/// <param name="Ports">Null: any port and protocol.</param>
/// <param name="Place">Such as <c>ingress[0]</c>.</param>
/// <param name="Text">The section in one line of JSON: equal text keeps its cookie over a new import.</param>
/// <param name="Cookie">Given at import.</param>
internal sealed record RuleSection(IReadOnlyList<PeerSelector>? Peers, IReadOnlyList<PortRule>? Ports, string Place, string Text, RuleCookie Cookie = default);

/// <summary>A port and protocol.</summary>
/// <param name="Port">1..65535.</param>
/// <param name="Protocol">TCP or UDP; ANY was written out as both.</param>
internal readonly record struct PortRule(ushort Port, IpProtocol Protocol);
