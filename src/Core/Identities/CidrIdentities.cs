using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Identities;

/// <summary>wanted prefixes -> cidr-identities: a number for every prefix that a rule names, until no address resolves to it any more.</summary>
/// <param name="wanted">Prefixes that the rules name now.</param>
/// <param name="inUse">Numbers that an address still resolves to.</param>
/// <param name="table">Written here only.</param>
/// <param name="file">Where numbers are remembered: a prefix keeps its number over a restart.</param>
internal sealed class CidrIdentities(Func<IReadOnlySet<IpPrefix>> wanted, IIdentitiesInUse inUse, IWriteTable<IpPrefix, CidrIdentityRow> table, IdentityStateFile file) : IController
{
    private uint _last = NumericIdentity.FirstNodeLocal - 1;

    /// <summary>Takes over the numbers that an earlier process gave.</summary>
    /// <param name="state">What it left.</param>
    public void Restore(IdentityState state)
    {
        _last = Math.Max(_last, state.LastPrefixId);
        table.ReplaceAll(state.Prefixes.Select(pair => new CidrIdentityRow(IpPrefix.Parse(pair.Key), new NumericIdentity(pair.Value), IsWanted: false)));
    }

    /// <inheritdoc />
    public void Compute()
    {
        var prefixes = wanted();
        var rows = table.Where(row => prefixes.Contains(row.Prefix) || inUse.Contains(row.Id))
            .ToDictionary(row => row.Prefix, row => row with { IsWanted = prefixes.Contains(row.Prefix) });
        var taken = table.Select(row => row.Id.Value).ToHashSet();
        foreach (var prefix in prefixes.Where(prefix => !rows.ContainsKey(prefix)).Order())
            rows[prefix] = new CidrIdentityRow(prefix, Next(taken), IsWanted: true);
        // On the disk before anybody uses it.
        file.Change(state => state with { Prefixes = rows.Values.OrderBy(row => row.Prefix).ToDictionary(row => row.Prefix.ToString(), row => row.Id.Value), LastPrefixId = _last });
        table.ReplaceAll(rows.Values);
    }

    private NumericIdentity Next(HashSet<uint> taken)
    {
        do
            _last = _last >= NumericIdentity.LastNodeLocal ? NumericIdentity.FirstNodeLocal : _last + 1;
        while (!taken.Add(_last));
        return new(_last);
    }
}
