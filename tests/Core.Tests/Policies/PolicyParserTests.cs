using Cilium.Framework.Policies.Documents;
using Cilium.Framework.Policies.Rules;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.Tests.Policies;

public class PolicyParserTests
{
    private const string Head = "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: p}\n";

    private static string Rule(string sections) => Head + "spec:\n  endpointSelector: {}\n" + sections;

    private static string Refusal(string text) => Assert.Throws<DocumentException>(() => PolicyParser.Parse(text)).Message;

    [Fact]
    public void A_document_with_spec_and_specs_gives_all_their_rules_with_their_places()
    {
        var policy = Assert.Single(PolicyParser.Parse(Head + """
            spec: {endpointSelector: {matchLabels: {app: a}}, ingress: [{}]}
            specs:
              - {endpointSelector: {matchLabels: {app: b}}, egress: [{toEntities: [world]}]}
            """));
        Assert.Equal("p", policy.Name);
        Assert.Equal(["ingress[0]", "specs[0] egress[0]"], policy.Rules.SelectMany(rule => rule.AllSections).Select(section => section.Place));
        Assert.All(policy.Rules, rule => Assert.Contains("k8s:io.cilium.k8s.policy.name=p", rule.Labels.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void Json_and_yaml_say_the_same()
    {
        var yaml = PolicyParser.Parse(Rule("  ingress:\n  - fromCIDR: [10.0.0.0/8]\n    toPorts: [{ports: [{port: \"80\", protocol: tcp}]}]\n"));
        var json = PolicyParser.Parse("""{"apiVersion":"cilium.io/v2","kind":"CiliumNetworkPolicy","metadata":{"name":"p"},"spec":{"endpointSelector":{},"ingress":[{"fromCIDR":["10.0.0.0/8"],"toPorts":[{"ports":[{"port":"80","protocol":"tcp"}]}]}]}}""");
        Assert.Equal(yaml[0].Rules[0].Text, json[0].Rules[0].Text);
        Assert.Equal([new PortRule(80, IpProtocol.Tcp)], json[0].Rules[0].Ingress![0].Ports);
    }

    [Fact]
    public void A_bare_list_of_rules_is_read()
    {
        var policy = Assert.Single(PolicyParser.Parse("""[{"endpointSelector":{"matchLabels":{"app":"web"}},"ingress":[],"labels":["a=b"]}]"""));
        Assert.Null(policy.Name);
        Assert.Equal("unspec:a=b", policy.Rules[0].Labels.ToString());
        Assert.Empty(policy.Rules[0].Ingress!);
    }

    [Fact]
    public void Any_or_no_protocol_means_tcp_and_udp()
    {
        var ports = PolicyParser.Parse(Rule("  ingress: [{toPorts: [{ports: [{port: 53}, {port: 0x50, protocol: ANY}]}]}]\n"))[0].Rules[0].Ingress![0].Ports;
        Assert.Equal([new(53, IpProtocol.Tcp), new(53, IpProtocol.Udp), new(80, IpProtocol.Tcp), new(80, IpProtocol.Udp)], ports!);
    }

    [Fact]
    public void An_absent_peer_list_means_anybody_and_an_empty_one_nobody()
    {
        var sections = PolicyParser.Parse(Rule("  ingress: [{}, {fromEndpoints: []}]\n"))[0].Rules[0].Ingress!;
        Assert.Null(sections[0].Peers);
        Assert.Empty(sections[1].Peers!);
    }

    [Fact]
    public void A_namespace_restricts_the_subject_and_peers_that_name_none()
    {
        var rule = PolicyParser.Parse("""
            apiVersion: cilium.io/v2
            kind: CiliumNetworkPolicy
            metadata: {name: p, namespace: blue}
            spec:
              endpointSelector: {matchLabels: {app: web}}
              ingress:
              - fromEndpoints:
                - matchLabels: {app: client}
                - matchLabels: {app: client, k8s:io.kubernetes.pod.namespace: red}
            """)[0].Rules[0];
        Assert.Equal("any:app=web, k8s:io.kubernetes.pod.namespace=blue", rule.Subject.ToString());
        Assert.Equal(["any:app=client, k8s:io.kubernetes.pod.namespace=blue", "any:app=client, k8s:io.kubernetes.pod.namespace=red"],
            rule.Ingress![0].Peers!.Cast<PeerSelector.Labels>().Select(peer => peer.Selector.ToString()));
    }

    [Theory]
    [InlineData("  ingress: [{toPorts: [{ports: [{port: \"80a\"}]}]}]", "spec.ingress[0].toPorts[0].ports[0].port (line 6): \"80a\" is not a port. Accepted: 1..65535")]
    [InlineData("  ingress: [{toPorts: [{ports: [{port: \"0\"}]}]}]", "\"0\" is not a port")]
    [InlineData("  ingress: [{toPorts: [{ports: [{port: \"80\", protocol: SCTP}]}]}]", "protocol \"SCTP\" is one of Cilium's, not built yet. Accepted: TCP, UDP, ANY.")]
    [InlineData("  ingress: [{fromEntities: [moon]}]", "spec.ingress[0].fromEntities[0] (line 6): entity \"moon\" is not known. Accepted: all, world, cluster, host, init.")]
    [InlineData("  ingress: [{fromCIDR: [10.0.0.0/33]}]", "\"10.0.0.0/33\" is not a prefix")]
    [InlineData("  ingress: [{fromCIDRSet: [{cidr: 10.0.0.0/8, except: [192.168.0.0/16]}]}]", "192.168.0.0/16 does not lie inside 10.0.0.0/8")]
    [InlineData("  ingress: [{fromCIDRSet: [{cidr: 10.0.0.1}]}]", "\"10.0.0.1\" is not a prefix. Accepted: such as 10.0.0.0/8 or fd00::/64; no leading zeros.")]
    [InlineData("  ingress: [{fromCIDR: [010.0.0.0/8]}]", "\"010.0.0.0/8\" is not a prefix. Accepted: such as 10.0.0.0/8 or fd00::/64, or a single address; no leading zeros.")]
    [InlineData("  ingress: [{fromCIDR: [0xa.0.0.0/8]}]", "\"0xa.0.0.0/8\" is not a prefix")]
    [InlineData("  ingress: [{fromCIDR: [\"::ffff:10.0.0.0/8\"]}]", "\"::ffff:10.0.0.0/8\" is not a prefix")]
    [InlineData("  ingress: [{fromCIDR: [\"[fd00::1]:80/64\"]}]", "\"[fd00::1]:80/64\" is not a prefix")]
    [InlineData("  ingress: [{toPorts: [{ports: [{port: \"010\"}]}]}]", "\"010\" is not a port. Accepted: 1..65535 without leading zeros.")]
    [InlineData("  ingress: [{fromEndpoints: [{}], toPorts: []}]", "CF2137 policy p, spec.ingress[0].toPorts (line 6): toPorts is empty. Name at least one port, or leave toPorts out to mean every port.")]
    [InlineData("  ingress: [{toPorts: []}]", "CF2137 policy p, spec.ingress[0].toPorts (line 6): toPorts is empty.")]
    [InlineData("  ingress: [{toPorts: [{ports: []}]}]", "CF2137 policy p, spec.ingress[0].toPorts[0] (line 6): no ports.")]
    [InlineData("  ingress: [{fromEntities: [kube-apiserver]}]", "CF2132 policy p, spec.ingress[0].fromEntities[0] (line 6): entity \"kube-apiserver\" is one of Cilium's, not built yet. Accepted: all, world, cluster, host, init.")]
    [InlineData("  ingress: [{fromEndpoints: [{}], fromCIDR: [10.0.0.0/8]}]", "fromEndpoints and fromCIDR cannot be combined in one entry")]
    [InlineData("  egress: [{toFQDNs: [{matchName: a.b}]}]", "spec.egress[0].toFQDNs (line 6): toFQDNs is a field of Cilium's schema, not built yet")]
    [InlineData("  ingress: [{toPorts: [{ports: [{port: \"80\"}], rules: {http: [{}]}}]}]", "rules is a field of Cilium's schema, not built yet")]
    [InlineData("  ingres: []", "ingres is not a known field. Nearest known: ingress.")]
    [InlineData("  ingress: 5", "spec.ingress (line 6): \"5\" is not a list.")]
    [InlineData("  ingress: [{fromEndpoints: null}]", "spec.ingress[0].fromEndpoints (line 6): null is not a list.")]
    [InlineData("  ingress: [{fromEndpoints: [{matchLabels: {\"a;b\": c}}]}]", "character U+003B at position")]
    [InlineData("  ingress: [{fromEndpoints: [{matchExpressions: [{key: a, operator: Is}]}]}]", "operator \"Is\" is not known. Accepted: In, NotIn, Exists, DoesNotExist.")]
    [InlineData("  ingress: [{fromEndpoints: [{matchExpressions: [{key: a, operator: In}]}]}]", "In needs at least one value.")]
    public void A_wrong_value_is_refused_with_its_place_and_what_is_accepted(string sections, string expected)
    {
        var message = Refusal(Rule(sections + "\n"));
        Assert.Contains("policy p, ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.EndsWith("Nothing was imported.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_problems_of_all_documents_are_reported_together()
    {
        var message = Refusal(Rule("  ingress: [{fromEntities: [moon]}]\n") + "---\n" + Rule("  egress: [{toCIDR: [x]}]\n").Replace("name: p", "name: q", StringComparison.Ordinal));
        Assert.Contains("policy p, spec.ingress[0].fromEntities[0]", message, StringComparison.Ordinal);
        Assert.Contains("policy q, spec.egress[0].toCIDR[0]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fifty_ports_in_one_entry_are_refused()
    {
        var ports = string.Join(", ", Enumerable.Range(1, 50).Select(port => $"{{port: \"{port}\"}}"));
        Assert.Contains("50 ports. Accepted: at most 40 in one entry.", Refusal(Rule($"  ingress: [{{toPorts: [{{ports: [{ports}]}}]}}]\n")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_name_twice_in_one_import_is_refused() =>
        Assert.Equal("CF2110 policy p is given 2 times in one import.\nNothing was imported.", Refusal(Rule("  ingress: []\n") + "---\n" + Rule("  egress: []\n")));

    [Theory]
    [InlineData("List")]
    [InlineData("CiliumClusterwideNetworkPolicy")]
    [InlineData("NetworkPolicy")]
    public void A_kind_that_is_not_built_yet_is_refused_by_name(string kind) => Assert.Equal(
        $"CF2113 document 1, kind (line 2): kind {kind} is not built yet. Accepted: CiliumNetworkPolicy; several of them as documents separated by \"---\", or as the items of a list.\nNothing was imported.",
        Refusal($"apiVersion: v1\nkind: {kind}\nitems: []\n"));

    [Fact]
    public void A_byte_order_mark_at_the_start_is_skipped() => Assert.Equal("p", Assert.Single(PolicyParser.Parse("\uFEFF" + Rule("  ingress: []\n"))).Name);

    [Theory]
    [InlineData("{name: prod/web}", "metadata.name (line 3): \"prod/web\" is not a name: character U+002F at position 4 is not accepted. Accepted: at most 253 lower-case letters")]
    [InlineData("{name: Web}", "character U+0057 at position 0 is not accepted.")]
    [InlineData("{name: a..b}", "the part at position 2 does not begin and end with a letter or digit.")]
    [InlineData("{name: web-}", "the part at position 0 does not begin and end with a letter or digit.")]
    [InlineData("{name: ''}", "\"\" is not a name: it is empty.")]
    [InlineData("{name: p, namespace: ''}", "metadata.namespace (line 3): \"\" is not a namespace: it is empty. Accepted: at most 63 lower-case letters, digits and '-', beginning and ending with a letter or digit; or no field namespace at all, for a policy of every namespace.")]
    [InlineData("{name: p, namespace: a/b}", "\"a/b\" is not a namespace: character U+002F at position 1 is not accepted.")]
    [InlineData("{name: p, namespace: a.b}", "character U+002E at position 1 is not accepted.")]
    public void A_name_or_namespace_that_kubernetes_would_refuse_is_refused(string metadata, string expected)
    {
        var message = Refusal(Rule("  ingress: []\n").Replace("{name: p}", metadata, StringComparison.Ordinal));
        Assert.Contains("CF2124 ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_has_at_most_253_characters_and_a_namespace_63() => Assert.Contains(
        "is not a namespace: it has 64 characters.",
        Refusal(Rule("  ingress: []\n").Replace("{name: p}", $"{{name: {new string('a', 253)}, namespace: {new string('a', 64)}}}", StringComparison.Ordinal)), StringComparison.Ordinal);

    [Theory]
    [InlineData("a: b: c", "CF2002 line 1")]
    [InlineData("{", "CF2002 line 2")]
    [InlineData("", "CF2008 the text holds no policy. Accepted: CiliumNetworkPolicy documents or rules, in YAML or JSON. Nothing was imported.")]
    [InlineData("a: &x 1\nb: *x", "CF2005 line 1: anchors and aliases are not accepted.")]
    [InlineData("spec: {}\nspec: {}", "CF2007 line 2: \"spec\" is given twice.")]
    [InlineData("a: {b: c\nd:\n", "CF2002 line ")]
    [InlineData("\"\\UFFFFFFFF\"", "CF2002 line ")]
    [InlineData("{endpointSelector: {}, ingress: [], description: \"\\ud800\"}", "CF2002 line 1, column 50")]
    [InlineData("{endpointSelector: {}, ingress: []} trailing", "CF2002 line ")]
    [InlineData("just a text", "\"just a text\" is not a policy")]
    public void What_is_no_document_is_refused(string text, string expected) => Assert.Contains(expected, Refusal(text), StringComparison.Ordinal);

    [Fact]
    public void Half_of_a_character_is_refused() =>
        Assert.Contains("U+D800 is half of a character.", Refusal("{endpointSelector: {}, ingress: [], description: x" + '\ud800' + "y}"), StringComparison.Ordinal);

    [Fact]
    public void Ten_megabytes_are_refused_before_they_are_read() =>
        Assert.Contains("CF2001 the text has 10485760 characters. Accepted: at most 4194304.", Refusal(new string('x', 10 << 20)), StringComparison.Ordinal);

    [Fact]
    public void Nesting_without_end_is_refused() => Assert.Contains("CF2003 line 1: nested deeper than 40 levels.", Refusal(new string('[', 100_000)), StringComparison.Ordinal);
}
