using Cilium.Framework.Endpoints;
using Cilium.Framework.Labels;

namespace Cilium.Framework.Core.Tests.Endpoints;

/// <summary>The default list of Cilium (facts 9.3).</summary>
public class LabelFilterDefaultTests
{
    [Theory]
    [InlineData("k8s:app=web")]
    [InlineData("container:env=prod")]
    [InlineData("k8s:io.kubernetes.pod.namespace=blue")]
    [InlineData("k8s:io.cilium.k8s.namespace.labels.team=red")]
    [InlineData("k8s:io.cilium.k8s.policy.serviceaccount=default")]
    [InlineData("k8s:io.cilium.k8s.policy.cluster=default")]
    [InlineData("reserved:init=")]
    public void A_label_that_says_what_a_workload_is_counts(string label) => Assert.Single(LabelFilter.Create([]).Relevant(LabelSet.Parse(label)));

    [Theory]
    [InlineData("k8s:io.kubernetes.container.name=a")]
    [InlineData("k8s:app.kubernetes.io/instance=a")]
    [InlineData("k8s:pod-template-generation=1")]
    [InlineData("k8s:pod-template-hash=1")]
    [InlineData("k8s:controller-revision-hash=1")]
    [InlineData("k8s:annotation.cilium.io/x=1")]
    [InlineData("k8s:annotation.cilium-identity=1")]
    [InlineData("k8s:annotation.sidecar.istio.io=1")]
    public void A_label_that_differs_for_each_replica_does_not(string label) => Assert.Empty(LabelFilter.Create([]).Relevant(LabelSet.Parse(label)));

    [Fact]
    public void With_an_own_rule_that_includes_only_what_a_rule_names_counts() =>
        Assert.Equal("k8s:team=red", LabelFilter.Create(["team"]).Relevant(LabelSet.Parse("k8s:app=web", "k8s:team=red", "k8s:pod-template-hash=1")).ToString());

    [Fact]
    public void With_own_rules_that_leave_out_the_rest_counts() =>
        Assert.Equal("k8s:app=web", LabelFilter.Create(["!team"]).Relevant(LabelSet.Parse("k8s:app=web", "k8s:team=red")).ToString());
}
