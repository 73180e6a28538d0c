using Cilium.Framework.Agent.Policies;
using Cilium.Framework.Errors;
using Cilium.Framework.Labels;
using Cilium.Framework.Policies;
using Cilium.Framework.State;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Agent.Tests.Policies;

/// <summary>Whatever is wrong with a document, it is refused as a whole: place and reason are said, and rules, revision and state file are what they were.</summary>
public sealed class BadInputTests : IDisposable
{
    private const string Head = "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: p}\n";

    private readonly TemporaryFolder _folder = new();
    private readonly StateDirectory _state;
    private readonly PolicyService _policies;

    public BadInputTests()
    {
        _state = StateDirectory.Open(_folder["state"]);
        var rules = new RuleRegistry(new Table<string, RulesRow>("rules", _ => RulesRow.Key), new StateFile<RulesState>(_state, "rules.json", RulesStateJson.Default.RulesState));
        rules.Restore();
        _policies = new PolicyService(rules);
        _policies.Import(Head + "spec: {endpointSelector: {}, ingress: [{}]}\n");
    }

    public void Dispose()
    {
        _state.Dispose();
        _folder.Dispose();
    }

    private string Refused(string document)
    {
        var (before, stored) = (_policies.Get(LabelSet.Empty), _state.Read("rules.json"));
        var refused = Assert.ThrowsAny<CiliumException>(() => _policies.Import(document));
        Assert.Equal(ErrorKind.Invalid, refused.Kind);
        Assert.StartsWith("CF2", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, _policies.Get(LabelSet.Empty));
        Assert.Equal(stored, _state.Read("rules.json"));
        return refused.Message;
    }

    private static string Rule(string fields) => $$"""{{Head}}spec: {endpointSelector: {}, {{fields}}}""";

    private static string Selector(string selector) => Rule($$"""ingress: [{fromEndpoints: [{{selector}}]}]""");

    [Theory]
    [InlineData("ingressDeny: [{}], ingress: []", "spec.ingressDeny")]
    [InlineData("egressDeny: [{}], egress: []", "spec.egressDeny")]
    [InlineData("nodeSelector: {}, ingress: []", "spec.nodeSelector")]
    [InlineData("enableDefaultDeny: {ingress: false}, ingress: []", "spec.enableDefaultDeny")]
    [InlineData("log: {value: x}, ingress: []", "spec.log")]
    [InlineData("ingress: [{fromRequires: [{}]}]", "spec.ingress[0].fromRequires")]
    [InlineData("ingress: [{fromNodes: [{}]}]", "spec.ingress[0].fromNodes")]
    [InlineData("ingress: [{fromGroups: [{}]}]", "spec.ingress[0].fromGroups")]
    [InlineData("ingress: [{icmps: [{fields: [{type: 8}]}]}]", "spec.ingress[0].icmps")]
    [InlineData("ingress: [{authentication: {mode: required}}]", "spec.ingress[0].authentication")]
    [InlineData("egress: [{toRequires: [{}]}]", "spec.egress[0].toRequires")]
    [InlineData("egress: [{toServices: [{k8sService: {serviceName: a}}]}]", "spec.egress[0].toServices")]
    [InlineData("egress: [{toFQDNs: [{matchName: example.com}]}]", "spec.egress[0].toFQDNs")]
    [InlineData("egress: [{toNodes: [{}]}]", "spec.egress[0].toNodes")]
    [InlineData("egress: [{toGroups: [{}]}]", "spec.egress[0].toGroups")]
    [InlineData("egress: [{icmps: []}]", "spec.egress[0].icmps")]
    [InlineData("egress: [{authentication: {mode: required}}]", "spec.egress[0].authentication")]
    [InlineData("egress: [{toCIDRSet: [{cidrGroupRef: g}]}]", "spec.egress[0].toCIDRSet[0].cidrGroupRef")]
    [InlineData("egress: [{toCIDRSet: [{cidrGroupSelector: {}}]}]", "spec.egress[0].toCIDRSet[0].cidrGroupSelector")]
    [InlineData("egress: [{toPorts: [{ports: [{port: \"80\"}], rules: {http: [{}]}}]}]", "spec.egress[0].toPorts[0].rules")]
    [InlineData("egress: [{toPorts: [{ports: [{port: \"80\"}], listener: {}}]}]", "spec.egress[0].toPorts[0].listener")]
    [InlineData("egress: [{toPorts: [{ports: [{port: \"80\"}], serverNames: [a]}]}]", "spec.egress[0].toPorts[0].serverNames")]
    [InlineData("egress: [{toPorts: [{ports: [{port: \"80\"}], terminatingTLS: {}}]}]", "spec.egress[0].toPorts[0].terminatingTLS")]
    [InlineData("egress: [{toPorts: [{ports: [{port: \"80\"}], originatingTLS: {}}]}]", "spec.egress[0].toPorts[0].originatingTLS")]
    [InlineData("egress: [{toPorts: [{ports: [{port: \"80\", endPort: 90}]}]}]", "spec.egress[0].toPorts[0].ports[0].endPort")]
    public void A_field_that_is_not_built_yet_is_refused_by_name(string fields, string path)
    {
        var message = Refused(Rule(fields));
        Assert.Contains($"CF2105 policy p, {path} (line 4): {path.Split('.')[^1]} is a field of Cilium's schema, not built yet.", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ingress: [{toPorts: [{ports: [{port: http}]}]}]", "spec.ingress[0].toPorts[0].ports[0].port (line 4): \"http\" is not a port.")]
    [InlineData("ingress: [{toPorts: [{ports: [{protocol: TCP}]}]}]", "spec.ingress[0].toPorts[0].ports[0] (line 4): port is missing.")]
    [InlineData("ingress: [{toPorts: [{ports: [{port: \"80\", protocol: SCTP}]}]}]", "protocol \"SCTP\" is one of Cilium's, not built yet. Accepted: TCP, UDP, ANY.")]
    [InlineData("ingress: [{fromEntities: [remote-node]}]", "entity \"remote-node\" is one of Cilium's, not built yet. Accepted: all, world, cluster, host, init.")]
    [InlineData("ingress: [{fromCIDRSet: [{cidr: 10.0.0.0/8, except: [11.0.0.0/16]}]}]", "spec.ingress[0].fromCIDRSet[0].except[0] (line 4): 11.0.0.0/16 does not lie inside 10.0.0.0/8")]
    [InlineData("ingress: [{fromCIDRSet: [{cidr: 10.0.0.0/8, except: [\"fd00::/8\"]}]}]", "does not lie inside 10.0.0.0/8")]
    [InlineData("ingress: [{toEndpoints: [{}]}]", "toEndpoints is not a known field. Nearest known: fromEndpoints.")]
    [InlineData("ingress: {fromEndpoints: []}", "spec.ingress (line 4): an object is not a list.")]
    [InlineData("ingress: [5]", "spec.ingress[0] (line 4): \"5\" is not an object.")]
    [InlineData("ingress: null", "spec.ingress (line 4): null is not a list.")]
    [InlineData("ingress: [{toPorts: null}]", "spec.ingress[0].toPorts (line 4): null is not a list.")]
    public void A_wrong_value_is_refused_with_its_path(string fields, string expected) => Assert.Contains(expected, Refused(Rule(fields)), StringComparison.Ordinal);

    [Theory]
    [InlineData("{name: p, namespace: [blue]}", "metadata.namespace (line 3): a list is not a text.")]
    [InlineData("{name: p, namespce: blue}", "metadata.namespce (line 3): namespce is not a known field. Nearest known: namespace.")]
    [InlineData("{name: p, namespace: \"a;b\"}", "metadata.namespace (line 3): \"a;b\" is not a namespace: character U+003B at position 1")]
    [InlineData("{name: \"a\\nb\"}", "metadata.name (line 3): \"a\\u000ab\" is not a name: character U+000A at position 1")]
    [InlineData("{name: {a: b}}", "metadata.name (line 3): an object is not a text.")]
    [InlineData("{name: p, namespace: ''}", "metadata.namespace (line 3): \"\" is not a namespace: it is empty.")]
    [InlineData("{name: blue/p}", "metadata.name (line 3): \"blue/p\" is not a name: character U+002F at position 4")]
    [InlineData("{namespace: blue}", "metadata.name is missing.")]
    public void A_wrong_name_or_namespace_never_leaves_a_policy_unrestricted(string metadata, string expected) =>
        Assert.Contains(expected, Refused($$"""{{Head.Replace("{name: p}", metadata, StringComparison.Ordinal)}}spec: {endpointSelector: {}, ingress: []}"""), StringComparison.Ordinal);

    [Fact]
    public void What_else_an_object_of_kubernetes_carries_is_taken() => _policies.Import(
        Head.Replace("{name: p}", "{name: p, namespace: blue, uid: x, resourceVersion: \"5\", labels: {a: b}, annotations: {c: d}, creationTimestamp: null}", StringComparison.Ordinal)
        + "spec: {endpointSelector: {}, ingress: []}\nstatus: {nodes: {}}\n");

    [Theory]
    [InlineData("""{matchLabels: {"a;b": c}}""", "character U+003B at position 1")]
    [InlineData("""{matchLabels: {a: "x;y"}}""", "character U+003B at position 3")]
    [InlineData("""{matchLabels: {a: "x\0y"}}""", "character U+0000 at position 3 is not accepted (NUL)")]
    [InlineData("""{matchLabels: {a: "x\ty"}}""", "character U+0009 at position 3 is not accepted (a control character)")]
    [InlineData("""{matchLabels: {schlüssel: x}}""", "character U+00FC at position 4 is not accepted (not ASCII)")]
    [InlineData("""{matchLabels: {"": x}}""", "the key at position 0 is empty")]
    [InlineData("""{matchLabels: {"k8s:": x}}""", "the key at position 4 is empty")]
    [InlineData("""{matchLabels: {"a=b": x}}""", "the key \"a=b\" contains '='.")]
    [InlineData("""{matchExpressions: [{key: "a;b", operator: Exists}]}""", "character U+003B at position 1")]
    [InlineData("""{matchExpressions: [{key: a, operator: In, values: ["x;y"]}]}""", "character U+003B at position 3")]
    [InlineData("""{matchExpressions: [{key: "", operator: Exists}]}""", "the key at position 0 is empty")]
    public void A_label_that_is_not_acceptable_is_refused_with_the_position(string selector, string expected)
    {
        var message = Refused(Selector(selector));
        Assert.Contains("CF2124 policy p, spec.ingress[0].fromEndpoints[0].", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{matchLabels: {"app.kubernetes.io/name": web}}""")]
    [InlineData("""{matchLabels: {"k8s:app.kubernetes.io/part-of": "a/b.c"}}""")]
    [InlineData("""{matchLabels: {args: "--a=b=c"}}""")]
    [InlineData("""{matchExpressions: [{key: app.kubernetes.io/name, operator: In, values: ["a=b", "c/d"]}]}""")]
    public void Slashes_dots_and_equals_signs_are_taken(string selector) => Assert.Equal(3, _policies.Import(Selector(selector)).Revision);

    [Theory]
    [InlineData("labels: [\"a;b\"], ingress: []", "spec.labels[0]")]
    [InlineData("labels: [{key: a, value: \"x\\ny\"}], ingress: []", "spec.labels[0]")]
    public void A_label_of_a_rule_is_held_to_the_same(string fields, string path) => Assert.Contains($"CF2124 policy p, {path} (line 4): Label ", Refused(Rule(fields)), StringComparison.Ordinal);

    [Fact]
    public void One_wrong_policy_among_many_refuses_all()
    {
        var documents = string.Join("---\n", Enumerable.Range(0, 50).Select(i => Rule("ingress: []").Replace("name: p", $"name: p{i}", StringComparison.Ordinal) + "\n")) + "---\n" + Rule("ingres: []");
        Assert.Contains("ingres is not a known field. Nearest known: ingress.", Refused(documents), StringComparison.Ordinal);
    }

    [Fact]
    public void One_name_twice_in_one_import_is_refused() => Assert.Contains("CF2110 policy p is given 2 times in one import.", Refused(Rule("ingress: []") + "\n---\n" + Rule("egress: []")), StringComparison.Ordinal);

    [Fact]
    public void The_same_name_in_two_namespaces_is_two_policies()
    {
        var both = Rule("ingress: []") + "\n---\n" + Rule("ingress: []").Replace("{name: p}", "{name: p, namespace: blue}", StringComparison.Ordinal);
        Assert.Equal(3, _policies.Import(both).Revision);
    }

    [Theory]
    [InlineData("a: [", "CF2002 line ")]
    [InlineData("a: {b: c\nd:\n", "CF2002 line ")]
    [InlineData("\"\\UFFFFFFFF\"", "CF2002 line ")]
    [InlineData("", "CF2008")]
    [InlineData("# only a comment\n", "CF2008")]
    [InlineData("{\"endpointSelector\": {}", "CF2002 line ")]
    public void A_text_that_is_no_document_is_refused_with_the_place(string text, string expected) => Assert.Contains(expected, Refused(text), StringComparison.Ordinal);
}
