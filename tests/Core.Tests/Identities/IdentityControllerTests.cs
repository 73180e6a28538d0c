using Cilium.Framework.Identities;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Core.Tests.Identities;

public class IdentityControllerTests
{
    private readonly Table<NumericIdentity, StoredIdentityRow> _stored = new("kv-identities", row => row.Id);
    private readonly Table<LabelSet, IdentityClaimRow> _claims = new("identity-claims", row => row.Labels);
    private readonly Table<IpPrefix, CidrIdentityRow> _cidrs = new("cidr-identities", row => row.Prefix);
    private readonly Table<NumericIdentity, IdentityRow> _identities = new("identities", row => row.Id);

    private string? LabelsOf(uint id)
    {
        new IdentityController(ReservedIdentities.Default, _stored, _claims, _cidrs, _identities).Compute();
        return _identities[new(id)]?.Labels.ToString();
    }

    [Fact]
    public void Without_any_source_the_reserved_identities_are_known() => Assert.Equal("reserved:world", LabelsOf(2));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void A_reserved_identity_keeps_its_labels_whatever_other_tables_say(uint id)
    {
        var before = LabelsOf(id);
        _stored.Upsert(new StoredIdentityRow(new(id), LabelSet.Parse("k8s:app=evil"), 1));
        _claims.Upsert(new IdentityClaimRow(LabelSet.Parse("k8s:app=evil"), new(id)));
        _cidrs.Upsert(new CidrIdentityRow(IpPrefix.Parse("10.0.0.0/8"), new(id), true));
        Assert.Equal(before, LabelsOf(id));
    }

    [Theory]
    [InlineData(128)]
    [InlineData(16777217)]
    [InlineData(4294967295)]
    public void The_store_names_allocated_numbers_only(uint id)
    {
        _stored.Upsert(new StoredIdentityRow(new(id), LabelSet.Parse("k8s:app=evil"), 1));
        _claims.Upsert(new IdentityClaimRow(LabelSet.Parse("k8s:app=evil"), new(id)));
        Assert.Null(LabelsOf(id));
    }

    [Fact]
    public void A_claim_of_this_node_counts_before_the_store_has_shown_it()
    {
        _claims.Upsert(new IdentityClaimRow(LabelSet.Parse("k8s:app=web"), new(1001)));
        Assert.Equal("k8s:app=web", LabelsOf(1001));
    }
}
