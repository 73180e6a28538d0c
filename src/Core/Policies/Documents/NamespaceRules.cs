using Cilium.Framework.Labels;
using Cilium.Framework.Policies.Rules;

namespace Cilium.Framework.Policies.Documents;

/// <summary>A document with a namespace protects endpoints of that namespace, and means peers of it unless it names another (Cilium facts 9.1).</summary>
internal static class NamespaceRules
{
    private const string Source = "k8s";
    private const string Key = "io.kubernetes.pod.namespace";

    /// <param name="rule">The rule as written.</param>
    /// <param name="space">The document's namespace; empty: not restricted.</param>
    public static PolicyRule Apply(PolicyRule rule, string space) => space.Length == 0 ? rule : rule with
    {
        Subject = rule.Subject.NamesReserved(InitLabel.Key) ? rule.Subject : Replace(rule.Subject, space),
        Ingress = rule.Ingress?.Select(section => Apply(section, space)).ToList(),
        Egress = rule.Egress?.Select(section => Apply(section, space)).ToList(),
    };

    private static RuleSection Apply(RuleSection section, string space) => section with
    {
        Peers = section.Peers?.Select(peer => peer is PeerSelector.Labels labels ? Apply(labels, space) : peer).ToList(),
    };

    private static PeerSelector.Labels Apply(PeerSelector.Labels peer, string space)
    {
        var own = peer.Selector.NamesReserved() || peer.Selector.Requirements.Any(requirement => requirement.Source is Source or Label.AnySource && requirement.Key == Key);
        return own ? peer : new PeerSelector.Labels(new([.. peer.Selector.Requirements, Within(space)]));
    }

    /// <summary>A foreign namespace in the subject's own selector is replaced: a document protects its own namespace only.</summary>
    private static LabelSelector Replace(LabelSelector selector, string space) => new([.. selector.Requirements.Where(requirement => requirement.Key != Key), Within(space)]);

    private static LabelRequirement Within(string space) => new(Source, Key, LabelOperator.In, [space]);
}
