using Cilium.Framework.Endpoints;
using Cilium.Framework.Labels;

namespace Cilium.Framework.Core.Tests.Endpoints;

public class LabelFilterTests
{
    private static bool Keeps(string label, params string[] rules) => LabelFilter.Create(rules).Relevant(LabelSet.Parse(label)).Count == 1;

    [Theory]
    [InlineData("k8s:app=web")]
    [InlineData("container:zone=a")]
    [InlineData("k8s:io.kubernetes.pod.namespace=blue")]
    [InlineData("k8s:io.cilium.k8s.namespace.labels.team=a")]
    [InlineData("k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name=blue")]
    [InlineData("k8s:io.cilium.k8s.policy.serviceaccount=default")]
    [InlineData("k8s:io.cilium.k8s.policy.cluster=east")]
    [InlineData("reserved:init")]
    public void By_default_a_label_that_says_what_a_workload_is_counts(string label) => Assert.True(Keeps(label));

    [Theory]
    [InlineData("k8s:io.kubernetes.container.name=c")]
    [InlineData("k8s:kubernetes.io/config.source=api")]
    [InlineData("k8s:app.kubernetes.io/name=web")]
    [InlineData("k8s:mykubernetes.io/x=1")]
    [InlineData("k8s:pod-template-generation=1")]
    [InlineData("k8s:pod-template-hash=5f")]
    [InlineData("k8s:controller-revision-hash=5f")]
    [InlineData("k8s:annotation.cilium.io/x=1")]
    [InlineData("k8s:annotation.cilium-identity=1")]
    [InlineData("k8s:annotation.sidecar.istio.io/status=1")]
    public void By_default_a_label_of_the_orchestrator_s_own_does_not_count(string label) => Assert.False(Keeps(label));

    [Theory]
    [InlineData("k8s:io.kubernetes.pod.namespace=blue", "!io.kubernetes.pod.namespace", false)]
    [InlineData("k8s:pod-template-hash=5f", "pod-template-hash", true)]
    [InlineData("k8s:app.kubernetes.io/name=web", "app.kubernetes.io/name", true)]
    [InlineData("k8s:app=web", "!k8s:app", false)]
    public void An_own_prefix_wins_over_a_default_of_the_same_length(string label, string rule, bool kept) => Assert.Equal(kept, Keeps(label, rule));

    [Fact]
    public void With_an_own_prefix_that_includes_the_rest_is_left_out()
    {
        Assert.True(Keeps("k8s:app=web", "app"));
        Assert.False(Keeps("k8s:tier=back", "app"));
        Assert.True(Keeps("k8s:tier=back", "!app"));
    }

    [Fact]
    public void A_rule_is_a_prefix_and_no_regular_expression()
    {
        Assert.True(Keeps("k8s:applied=1", "app"));
        Assert.False(Keeps("k8s:app=1", "a.p"));
        Assert.False(Keeps("k8s:my-app=1", ".*app"));
    }
}
