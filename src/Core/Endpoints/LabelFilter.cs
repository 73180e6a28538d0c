using Cilium.Framework.Identities;
using Cilium.Framework.Labels;

namespace Cilium.Framework.Endpoints;

/// <summary>Which labels of a workload make up its identity. Labels that differ for each replica must not: each would cost a number.</summary>
/// <remarks>
/// Rules are prefixes of <c>source:key</c> or of the key alone, never regular expressions: <c>app.</c> means the characters <c>app.</c>. <c>!</c> in front
/// means "leave out". The longest matching prefix decides; of equally long ones an operator's own, and of those the first. With any own rule that includes,
/// what matches no rule is left out (Cilium facts 9.3). What no prefix can say, Cilium's <c>.*kubernetes.io</c>, is the last rule: a key with
/// <c>kubernetes.io</c> anywhere is left out unless a prefix includes it.
/// </remarks>
public sealed class LabelFilter
{
    private const string Orchestrator = "kubernetes.io";

    private static readonly string[] Defaults =
    [
        "io.kubernetes.pod.namespace", "io.cilium.k8s.namespace.labels", "io.cilium.k8s.policy", "!io.kubernetes", "!kubernetes.io", "!pod-template-generation",
        "!pod-template-hash", "!controller-revision-hash", "!annotation.cilium.io/", "!annotation.cilium-identity", "!annotation.sidecar.istio.io",
    ];

    private readonly (string Prefix, bool Includes)[] _rules;
    private readonly bool _includesRest;

    private LabelFilter((string Prefix, bool Includes)[] rules, bool includesRest) => (_rules, _includesRest) = (rules, includesRest);

    /// <summary>An operator's own rules, and Cilium's defaults where they say nothing.</summary>
    /// <param name="rules">Each a prefix, <c>!</c> in front to leave out.</param>
    public static LabelFilter Create(IReadOnlyList<string> rules)
    {
        var includesRest = !rules.Any(rule => !rule.StartsWith('!'));
        // The order is stable: of equally long prefixes the own ones come first.
        var parsed = rules.Concat(Defaults)
            .Select(rule => rule.StartsWith('!') ? (Prefix: rule[1..], Includes: false) : (Prefix: rule, Includes: true))
            .OrderByDescending(rule => rule.Prefix.Length)
            .ToArray();
        return new(parsed, includesRest);
    }

    /// <summary>The labels that count. Reserved labels always do; of a workload that asks for a fixed identity no other does.</summary>
    /// <param name="labels">All labels of a workload.</param>
    public LabelSet Relevant(LabelSet labels) => ReservedIdentities.Chosen(labels, LabelSet.Create(labels.Where(IsRelevant)));

    private bool IsRelevant(Label label)
    {
        if (label.Source == Label.ReservedSource)
            return true;
        foreach (var (prefix, includes) in _rules)
        {
            if (label.Key.StartsWith(prefix, StringComparison.Ordinal) || $"{label.Source}:{label.Key}".StartsWith(prefix, StringComparison.Ordinal))
                return includes;
        }

        return _includesRest && !label.Key.Contains(Orchestrator, StringComparison.Ordinal);
    }
}
