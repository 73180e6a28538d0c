using Cilium.Framework.Labels;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Policies.Rules;

/// <summary>One rule: whom it protects, and what they may receive and send.</summary>
/// <param name="Origin">Namespace and name of its document, or its place in a bare list; for people.</param>
/// <param name="Subject">Endpoints that it protects.</param>
/// <param name="Ingress">What they may receive; null: the rule says nothing about receiving. Empty: nothing.</param>
/// <param name="Egress">What they may send; null: the rule says nothing about sending. Empty: nothing.</param>
/// <param name="Labels">Labels of the rule itself.</param>
/// <param name="Text">The rule in one line of JSON, with all its labels.</param>
internal sealed record PolicyRule(string Origin, LabelSelector Subject, IReadOnlyList<RuleSection>? Ingress, IReadOnlyList<RuleSection>? Egress, LabelSet Labels, string Text)
{
    /// <summary>What the places of its sections begin with: <c>specs[1] </c>, or nothing.</summary>
    public string Place { get; init; } = "";

    /// <summary>All its sections, ingress first.</summary>
    public IEnumerable<RuleSection> AllSections => (Ingress ?? []).Concat(Egress ?? []);

    /// <summary>The rule with its sections replaced one by one, ingress first.</summary>
    public PolicyRule WithSections(Func<RuleSection, RuleSection> replace) => this with { Ingress = Ingress?.Select(replace).ToList(), Egress = Egress?.Select(replace).ToList() };

    /// <summary>Its sections of a direction; null: the rule says nothing about it.</summary>
    public IReadOnlyList<RuleSection>? Sections(TrafficDirection direction) => direction == TrafficDirection.Ingress ? Ingress : Egress;

    /// <summary>Whether it carries every label that is asked for; one that is asked for without a source, or with <c>any:</c>, from whatever source.</summary>
    public bool Carries(LabelSet asked) => asked.All(label => label.Source is Label.AnySource or Label.UnspecifiedSource
        ? Labels.Any(own => own.Key == label.Key && own.Value == label.Value)
        : Labels.Contains(label));
}
