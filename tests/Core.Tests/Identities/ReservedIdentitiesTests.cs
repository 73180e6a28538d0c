using Cilium.Framework.Endpoints;
using Cilium.Framework.Identities;
using Cilium.Framework.Labels;

namespace Cilium.Framework.Core.Tests.Identities;

/// <summary>Numbers that need no store (Cilium facts 2d, E2).</summary>
public sealed class ReservedIdentitiesTests
{
    private readonly ReservedIdentities _reserved = new(new Dictionary<uint, string> { [128] = "kv-store", [129] = "kube-dns" });

    private (uint? Id, string? Objection) Of(params string[] labels)
    {
        var counted = LabelFilter.Create([]).Relevant(LabelSet.Parse(labels));
        return (_reserved.TryGet(counted, out var id) ? id.Value : null, _reserved.Objection(counted));
    }

    [Fact]
    public void A_workload_that_asks_for_a_fixed_identity_gets_its_number_whatever_else_it_is() =>
        Assert.Equal((128u, (string?)null), Of("k8s:io.cilium.fixed-identity=kv-store", "k8s:app=etcd"));

    [Fact]
    public void One_that_nobody_has_fixed_is_none_and_no_other_takes_its_place() => Assert.Equal(
        ((uint?)null, "reserved:nobody has no number. Accepted in io.cilium.fixed-identity: kv-store, kube-dns (setting identities.fixed)"), Of("k8s:io.cilium.fixed-identity=nobody", "k8s:app=etcd"));

    [Fact]
    public void A_reserved_label_alone_has_its_number_and_beside_others_none()
    {
        Assert.Equal((1u, (string?)null), Of("reserved:host"));
        Assert.Equal(((uint?)null, (string?)null), Of("reserved:host", "k8s:app=web"));
        Assert.Equal(((uint?)null, (string?)null), Of("k8s:app=web"));
    }

    [Fact]
    public void All_of_them_can_be_selected() => Assert.Equal(
        ["1 reserved:host", "2 reserved:world", "3 reserved:cluster", "4 reserved:health", "5 reserved:init", "6 reserved:remote-node", "128 reserved:kv-store", "129 reserved:kube-dns"],
        _reserved.All.Select(row => $"{row.Id} {row.Labels}"));
}
