using Cilium.Framework.Labels;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Identities;

/// <summary>reserved + kv-identities + identity-claims + cidr-identities -> identities: every identity that a policy can select.</summary>
/// <param name="stored">Numbers in the store.</param>
/// <param name="claims">Numbers that this node uses; they count before the store has shown them.</param>
/// <param name="cidrs">Numbers of prefixes.</param>
/// <param name="identities">Written here only.</param>
internal sealed class IdentityController(
    IReadTable<NumericIdentity, IdentityRow> stored,
    IReadTable<LabelSet, IdentityClaimRow> claims,
    IReadTable<IpPrefix, CidrIdentityRow> cidrs,
    IWriteTable<NumericIdentity, IdentityRow> identities) : IController
{
    // Rows that were made before: there may be tens of thousands, and each change of anything asks for all.
    private readonly Dictionary<NumericIdentity, (IpPrefix Prefix, IdentityRow Row)> _ofPrefixes = [];

    /// <inheritdoc />
    public void Compute()
    {
        var rows = new Dictionary<NumericIdentity, IdentityRow>();
        foreach (var row in stored.Where(row => AllocatedNumbers.Contains(row.Id)))
            rows[row.Id] = row;
        foreach (var claim in claims)
        {
            if (claim.Id is { } id && AllocatedNumbers.Contains(id))
                rows[id] = new IdentityRow(id, claim.Labels);
        }

        foreach (var cidr in cidrs.Where(cidr => cidr.Id.IsNodeLocal))
            rows[cidr.Id] = Of(cidr);
        // Last: what has a fixed meaning keeps it, whoever says otherwise.
        foreach (var row in ReservedIdentities.All)
            rows[row.Id] = row;
        identities.ReplaceAll(rows.Values);
        foreach (var id in _ofPrefixes.Keys.Where(id => !rows.ContainsKey(id)).ToList())
            _ofPrefixes.Remove(id);
    }

    private IdentityRow Of(CidrIdentityRow cidr)
    {
        if (!_ofPrefixes.TryGetValue(cidr.Id, out var known) || known.Prefix != cidr.Prefix)
            _ofPrefixes[cidr.Id] = known = (cidr.Prefix, new IdentityRow(cidr.Id, Policies.Rules.CidrLabels.Of(cidr.Prefix)));
        return known.Row;
    }
}
