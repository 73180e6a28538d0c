using Cilium.Framework.Labels;
using Cilium.Framework.Policies.Rules;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Policies.Documents;

/// <summary>Text -> policies: <c>CiliumNetworkPolicy</c> documents, bare rules, and lists of either. Every problem of every document is reported together.</summary>
internal static class PolicyParser
{
    private const string ApiVersion = "cilium.io/v2";
    private const string Kind = "CiliumNetworkPolicy";

    private static readonly string[] LaterKinds =
    [
        "List", "CiliumNetworkPolicyList", "CiliumClusterwideNetworkPolicy", "CiliumClusterwideNetworkPolicyList", "NetworkPolicy", "NetworkPolicyList",
    ];

    private static readonly string[] LaterRuleFields = ["ingressDeny", "egressDeny", "nodeSelector", "enableDefaultDeny", "log"];

    /// <summary>What an object of Kubernetes carries besides its name; anything else is a typing error, and in <c>namespace</c> a dangerous one.</summary>
    private static readonly string[] ObjectFields =
    [
        "name", "namespace", "labels", "annotations", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds",
        "managedFields", "ownerReferences", "finalizers", "generateName", "selfLink",
    ];

    /// <exception cref="DocumentException">With every problem. Nothing of the text is to be used.</exception>
    public static IReadOnlyList<PolicyDocument> Parse(string text)
    {
        var documents = DocumentReader.Read(text);
        if (documents.Count == 0)
            throw new DocumentException("CF2008 the text holds no policy. Accepted: CiliumNetworkPolicy documents or rules, in YAML or JSON. Nothing was imported.");
        var problems = new ProblemList();
        var policies = documents.SelectMany((document, index) => ParseDocument(document, index, problems)).ToList();
        foreach (var twice in policies.Where(policy => policy.Name is not null).GroupBy(policy => policy.Key).Where(group => group.Count() > 1))
            problems.Add(() => $"CF2110 policy {twice.First().FullName} is given {twice.Count()} times in one import.");
        return problems.IsEmpty ? policies : throw new DocumentException([.. problems.Texts, "Nothing was imported."]);
    }

    /// <summary>Reads a rule that was stored.</summary>
    /// <param name="text">As JSON, with all its labels.</param>
    /// <param name="place">What the places of its sections begin with.</param>
    /// <param name="space">Namespace that it is restricted to; empty: none.</param>
    /// <exception cref="DocumentException">It is no rule of this version.</exception>
    public static PolicyRule ParseStored(string text, string place, string space)
    {
        var problems = new ProblemList();
        var rule = ParseRule(DocumentReader.ReadStored(text), place, new FieldReader("stored rule", problems), space, []);
        return rule is null || !problems.IsEmpty ? throw new DocumentException(problems.Texts) : rule;
    }

    private static IEnumerable<PolicyDocument> ParseDocument(DocumentNode document, int index, ProblemList problems)
    {
        switch (document)
        {
            case DocumentNode.Sequence list when list.Items.Any(IsResource):
                return list.Items.Select((item, i) => ParseResource(item, $"document {index + 1}, item {i + 1}", problems)).OfType<PolicyDocument>().ToList();
            case DocumentNode.Sequence list:
                return [ParseBare(list.Items, $"rules of document {index + 1}", problems)];
            case DocumentNode.Mapping when IsResource(document):
                return ParseResource(document, $"document {index + 1}", problems) is { } policy ? [policy] : [];
            case DocumentNode.Mapping:
                return [ParseBare([document], $"rule of document {index + 1}", problems)];
            default:
                new FieldReader($"document {index + 1}", problems).Problem(2101, document, $"{document.Kind} is not a policy. Accepted: a {Kind} or rules.");
                return [];
        }
    }

    private static bool IsResource(DocumentNode node) => node is DocumentNode.Mapping mapping && mapping.Entries.Any(entry => entry.Key is "apiVersion" or "kind" or "metadata" or "spec" or "specs");

    private static PolicyDocument ParseBare(IReadOnlyList<DocumentNode> rules, string title, ProblemList problems) =>
        new(null, "", ParseRules(rules.Select(rule => (rule, "")), new FieldReader(title, problems), "", []));

    private static PolicyDocument? ParseResource(DocumentNode document, string title, ProblemList problems)
    {
        var fields = new FieldReader(title, problems);
        if (fields.Mapping(document) is not { } resource)
            return null;
        if (resource.Find("kind") is DocumentNode.Scalar kind && LaterKinds.Contains(kind.Text))
        {
            fields.Problem(2113, kind, $"kind {kind.Text} is not built yet. Accepted: {Kind}; several of them as documents separated by \"---\", or as the items of a list.");
            return null;
        }

        var metadata = fields.Mapping(resource.Find("metadata"));
        var space = ReadName(metadata, "namespace", ObjectName.NamespaceProblem, fields) ?? "";
        var name = ReadName(metadata, "name", ObjectName.NameProblem, fields);
        var policy = new PolicyDocument(name, space, []);
        if (name is not null)
            fields = new FieldReader($"policy {policy.FullName}", problems);
        else if (metadata?.Find("name") is null)
            fields.Problem(2111, metadata ?? (DocumentNode)resource, "metadata.name is missing.");
        if (metadata is not null)
            fields.Allow(metadata, ObjectFields, []);
        Expect(fields, resource, "apiVersion", ApiVersion);
        Expect(fields, resource, "kind", Kind);
        fields.Allow(resource, ["apiVersion", "kind", "metadata", "spec", "specs", "status"], []);
        var rules = new List<(DocumentNode, string)>();
        if (resource.Find("spec") is { } spec)
            rules.Add((spec, ""));
        rules.AddRange((fields.List(resource.Find("specs")) ?? []).Select((rule, index) => (rule, $"specs[{index}] ")));
        if (rules.Count == 0)
            fields.Problem(2112, resource, "neither spec nor specs is given.");
        IEnumerable<Label> own =
        [
            new("k8s", "io.cilium.k8s.policy.derived-from", Kind), new("k8s", "io.cilium.k8s.policy.name", name ?? ""),
            .. space.Length == 0 ? (Label[])[] : [new("k8s", "io.cilium.k8s.policy.namespace", space)],
        ];
        return policy with { Rules = ParseRules(rules, fields, space, own) };
    }

    private static string? ReadName(DocumentNode.Mapping? metadata, string field, Func<string, string?> problemOf, FieldReader fields)
    {
        if (metadata?.Find(field) is not { } node || fields.Text(node) is not { } text)
            return null;
        if (problemOf(text) is not { } problem)
            return text;
        fields.Problem(2124, node, problem);
        return null;
    }

    private static void Expect(FieldReader fields, DocumentNode.Mapping resource, string field, string expected)
    {
        var value = resource.Find(field);
        if ((value as DocumentNode.Scalar)?.Text != expected)
            fields.Problem(2113, value ?? resource, $"{field} is {value?.Kind ?? "missing"}. Accepted: {expected}.");
    }

    private static List<PolicyRule> ParseRules(IEnumerable<(DocumentNode Rule, string Place)> rules, FieldReader fields, string space, IEnumerable<Label> labels) =>
        [.. rules.Select(rule => ParseRule(rule.Rule, rule.Place, fields, space, labels)).OfType<PolicyRule>()];

    private static PolicyRule? ParseRule(DocumentNode node, string place, FieldReader fields, string space, IEnumerable<Label> labels)
    {
        if (fields.Mapping(node) is not { } rule)
            return null;
        fields.Allow(rule, ["endpointSelector", "ingress", "egress", "labels", "description"], LaterRuleFields);
        var selectors = new SelectorParser(fields);
        var subject = rule.Find("endpointSelector") is { } selector ? selectors.Parse(selector) : null;
        if (rule.Find("endpointSelector") is null)
            fields.Problem(2114, rule, "endpointSelector is missing. {} selects every endpoint.");
        if (rule.Find("ingress") is null && rule.Find("egress") is null)
            fields.Problem(2115, rule, "neither ingress nor egress is given.");
        var ingress = ParseSections(rule, "ingress", place, TrafficDirection.Ingress, fields, selectors);
        var egress = ParseSections(rule, "egress", place, TrafficDirection.Egress, fields, selectors);
        var all = LabelSet.Create([.. ParseLabels(rule.Find("labels"), fields), .. labels]);
        if (rule.Find("description") is { } description)
            fields.Text(description);
        return subject is null ? null : NamespaceRules.Apply(new PolicyRule("", subject, ingress, egress, all, SectionText.Of(rule, all)) { Place = place }, space);
    }

    private static List<RuleSection>? ParseSections(DocumentNode.Mapping rule, string field, string place, TrafficDirection direction, FieldReader fields, SelectorParser selectors)
    {
        var parser = new SectionParser(fields, selectors, direction);
        return fields.List(rule.Find(field))?.Select((section, index) => parser.Parse(section, $"{place}{field}[{index}]")).OfType<RuleSection>().ToList();
    }

    private static IEnumerable<Label> ParseLabels(DocumentNode? node, FieldReader fields)
    {
        foreach (var item in fields.List(node) ?? [])
        {
            var text = item is DocumentNode.Mapping mapping ? FromObject(mapping, fields) : fields.Text(item);
            if (text is null)
                continue;
            if (Label.TryParse(text, Label.UnspecifiedSource, out var label, out var error))
                yield return label;
            else
                fields.Problem(2124, item, error!);
        }
    }

    private static string FromObject(DocumentNode.Mapping mapping, FieldReader fields)
    {
        fields.Allow(mapping, ["key", "value", "source"], []);
        string Part(string name) => mapping.Find(name) is { } part ? fields.Text(part) ?? "" : "";
        var source = Part("source");
        return $"{(source.Length == 0 ? Label.UnspecifiedSource : source)}:{Part("key")}={Part("value")}";
    }
}
