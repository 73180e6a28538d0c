using Cilium.Framework.Labels;
using Cilium.Framework.Policies.Documents;
using Cilium.Framework.Policies.Rules;

namespace Cilium.Framework.Core.Tests.Policies;

public class LabelSelectorTests
{
    private static PolicyRule Rule(string subject, string peer = "{}", string metadata = "{name: p}") => PolicyParser.Parse(
        $"apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {metadata}\nspec: {{endpointSelector: {subject}, ingress: [{{fromEndpoints: [{peer}]}}]}}\n")[0].Rules[0];

    private static bool Selects(string selector, params string[] labels) => Rule(selector).Subject.Matches(LabelSet.Parse(labels));

    private static string Peer(string peer, string metadata) => ((PeerSelector.Labels)Rule("{}", peer, metadata).Ingress![0].Peers![0]).Selector.ToString();

    [Theory]
    [InlineData("k8s.io/app", "any:k8s.io/app=web")]
    [InlineData("container.runtime/x", "any:container.runtime/x=web")]
    [InlineData("reserved.host", "any:reserved.host=web")]
    [InlineData("k8s:k8s.io/app", "k8s:k8s.io/app=web")]
    [InlineData("any:app", "any:app=web")]
    public void Only_a_colon_separates_the_source_from_the_key(string key, string read) => Assert.Equal(read, Rule($"{{matchLabels: {{'{key}': web}}}}").Subject.ToString());

    [Fact]
    public void A_key_that_begins_like_a_source_selects_labels_of_that_key()
    {
        Assert.True(Selects("{matchLabels: {k8s.io/app: web}}", "k8s:k8s.io/app=web"));
        Assert.False(Selects("{matchLabels: {k8s.io/app: web}}", "k8s:io/app=web"));
    }

    [Theory]
    [InlineData("In", "[x]", true)]
    [InlineData("In", "[y]", true)]
    [InlineData("In", "[z]", false)]
    [InlineData("NotIn", "[x]", false)]
    [InlineData("NotIn", "[y]", false)]
    [InlineData("NotIn", "[z]", true)]
    [InlineData("Exists", "[]", true)]
    [InlineData("DoesNotExist", "[]", false)]
    public void A_key_without_a_source_is_compared_with_the_labels_of_every_source(string comparison, string values, bool selected) =>
        Assert.Equal(selected, Selects($$"""{matchExpressions: [{key: app, operator: {{comparison}}, values: {{values}}}]}""", "container:app=x", "k8s:app=y"));

    [Fact]
    public void A_key_with_a_source_is_compared_with_that_source_only()
    {
        Assert.False(Selects("{matchLabels: {'k8s:app': x}}", "container:app=x", "k8s:app=y"));
        Assert.True(Selects("{matchLabels: {'k8s:app': y}}", "container:app=x", "k8s:app=y"));
    }

    [Theory]
    [InlineData("{key: 'reserved:init', operator: DoesNotExist}")]
    [InlineData("{key: 'reserved:init', operator: NotIn, values: [x]}")]
    public void Not_init_keeps_a_document_inside_its_namespace(string expression)
    {
        var selector = $$"""{matchExpressions: [{{expression}}]}""";
        Assert.EndsWith(", k8s:io.kubernetes.pod.namespace=blue", Rule(selector, metadata: "{name: p, namespace: blue}").Subject.ToString(), StringComparison.Ordinal);
        Assert.EndsWith(", k8s:io.kubernetes.pod.namespace=blue", Peer(selector, "{name: p, namespace: blue}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{matchLabels: {'reserved:init': ''}}")]
    [InlineData("{matchExpressions: [{key: 'reserved:init', operator: Exists}]}")]
    public void A_selector_of_init_reaches_beyond_the_namespace(string selector)
    {
        Assert.DoesNotContain("namespace", Rule(selector, metadata: "{name: p, namespace: blue}").Subject.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("namespace", Peer(selector, "{name: p, namespace: blue}"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_peer_s_own_requirement_stands_beside_the_namespace_of_the_document() => Assert.Equal(
        "container:io.kubernetes.pod.namespace=red, k8s:io.kubernetes.pod.namespace=blue",
        Peer("{matchLabels: {'container:io.kubernetes.pod.namespace': red}}", "{name: p, namespace: blue}"));
}
