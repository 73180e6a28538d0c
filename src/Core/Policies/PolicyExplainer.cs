using Cilium.Framework.Identities;
using Cilium.Framework.Policies.Rules;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Policies;

/// <summary>Words for verdicts: the section that decided, or the nearest one that did not match.</summary>
/// <param name="repository">The rules.</param>
internal sealed class PolicyExplainer(PolicyRepository repository)
{
    /// <summary>The section behind a cookie, such as <c>default/web ingress[0]</c>.</summary>
    public string Name(RuleCookie cookie)
    {
        if (cookie == RuleCookie.NotEnforced)
            return "not enforced";
        if (cookie == RuleCookie.AllowLocalhost)
            return "allow-localhost";
        foreach (var (rule, section) in repository.Sections())
        {
            if (section.Cookie == cookie)
                return Name(rule, section);
        }

        return $"a rule that is gone ({cookie})";
    }

    /// <summary>Why nothing allowed a flow.</summary>
    /// <param name="subject">Whose policy decided.</param>
    /// <param name="peer">The other side; null when its identity is not known.</param>
    /// <param name="direction">Direction as the subject sees it.</param>
    /// <param name="protocol">Protocol of the flow.</param>
    /// <param name="port">Destination port.</param>
    public string Nearest(IdentityRow subject, IdentityRow? peer, TrafficDirection direction, IpProtocol protocol, ushort port)
    {
        var sections = repository.Rules.Where(rule => rule.Subject.Matches(subject.Labels))
            .SelectMany(rule => (rule.Sections(direction) ?? []).Select(section => (Rule: rule, Section: section))).ToList();
        if (sections.Count == 0)
            return $"no rule allows any {direction.ToString().ToLowerInvariant()} of identity {subject.Id}";
        var (nearest, why) = sections
            .Select(pair => (pair, Why: Mismatch(pair.Section, peer, protocol, port)))
            .OrderBy(candidate => candidate.Why.Distance)
            .Select(candidate => (candidate.pair, candidate.Why.Text))
            .First();
        return $"nearest: {Name(nearest.Rule, nearest.Section)}, {why}";
    }

    private static (int Distance, string Text) Mismatch(RuleSection section, IdentityRow? peer, IpProtocol protocol, ushort port)
    {
        var peerFits = section.Peers is null || (peer is not null && section.Peers.Any(candidate => candidate.Selects(peer)));
        var portFits = section.Ports is null || section.Ports.Contains(new PortRule(port, protocol));
        return (peerFits, portFits) switch
        {
            (true, _) => (0, "other port"),
            (false, true) => (1, "other peer"),
            _ => (2, "other peer and port"),
        };
    }

    private static string Name(PolicyRule rule, RuleSection section) => $"{rule.Origin} {section.Place}";
}
