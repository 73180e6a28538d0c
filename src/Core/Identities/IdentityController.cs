using Cilium.Framework.Labels;
using Cilium.Framework.Policies.Rules;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Identities;

/// <summary>reserved + kv-identities + identity-claims + cidr-identities -> identities: every identity that a policy can select.</summary>
/// <param name="reserved">Numbers with a fixed meaning.</param>
/// <param name="stored">Numbers in the store.</param>
/// <param name="claims">Numbers that this node uses; they count before the store has shown them.</param>
/// <param name="cidrs">Numbers of prefixes.</param>
/// <param name="identities">Written here only.</param>
internal sealed class IdentityController(
    ReservedIdentities reserved,
    IReadTable<NumericIdentity, StoredIdentityRow> stored,
    IReadTable<LabelSet, IdentityClaimRow> claims,
    IReadTable<IpPrefix, CidrIdentityRow> cidrs,
    IWriteTable<NumericIdentity, IdentityRow> identities) : IController
{
    private readonly TableTracker<NumericIdentity, StoredIdentityRow> _stored = stored.Track();
    private readonly TableIndex<NumericIdentity, LabelSet, IdentityClaimRow> _claimed = new(claims, claim => claim.Id is { } id ? [id] : []);
    private readonly TableIndex<NumericIdentity, IpPrefix, CidrIdentityRow> _ofPrefixes = new(cidrs, cidr => [cidr.Id]);
    private HashSet<NumericIdentity> _due = [.. reserved.All.Select(row => row.Id)];

    /// <inheritdoc />
    public void Compute()
    {
        _due.UnionWith(_stored.Next().Select(change => change.Key));
        _claimed.Update(_due);
        _ofPrefixes.Update(_due);
        var decided = _due.Select(id => (Id: id, Row: Decide(id))).ToList();
        identities.Write(writer =>
        {
            foreach (var (id, row) in decided)
            {
                if (row is not null)
                    writer.Upsert(row);
                else
                    writer.Remove(id);
            }
        });
        _due = [];
    }

    /// <summary>What has a fixed meaning keeps it, whoever says otherwise; what this node uses counts before what the store shows.</summary>
    private IdentityRow? Decide(NumericIdentity id)
    {
        if (id.IsReserved)
            return reserved.All.FirstOrDefault(row => row.Id == id);
        if (id.IsNodeLocal)
            return _ofPrefixes[id].Count > 0 ? new IdentityRow(id, CidrLabels.Of(_ofPrefixes[id].Min())) : null;
        if (!AllocatedNumbers.Contains(id))
            return null;
        return _claimed[id].MinBy(labels => labels.ToKey(), StringComparer.Ordinal) is { } labels
            ? new IdentityRow(id, labels)
            : stored[id] is { } row ? new IdentityRow(id, row.Labels) : null;
    }
}
