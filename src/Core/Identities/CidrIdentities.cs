using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Identities;

/// <summary>wanted prefixes -> cidr-identities: a number for every prefix that a rule names, until no address resolves to it any more.</summary>
/// <remarks>A loop of its own and no controller: it remembers what it gave, on the disk, and the same rules in another order give other numbers.</remarks>
/// <param name="wanted">Prefixes that the rules name now.</param>
/// <param name="inUse">Numbers that an address still resolves to.</param>
/// <param name="table">Written here only.</param>
/// <param name="file">Where numbers are remembered: a prefix keeps its number over a restart.</param>
internal sealed class CidrIdentities(Func<IReadOnlySet<IpPrefix>> wanted, IIdentitiesInUse inUse, IWriteTable<IpPrefix, CidrIdentityRow> table, IdentityStateFile file)
{
    private uint _last = NumericIdentity.FirstNodeLocal - 1;
    private IReadOnlySet<IpPrefix>? _assigned;
    private bool _hasUnwanted;

    /// <summary>Takes over the numbers that an earlier process gave.</summary>
    /// <param name="state">What it left.</param>
    public void Restore(IdentityState state)
    {
        _last = Math.Max(_last, state.LastPrefixId);
        table.ReplaceAll(state.Prefixes.Select(pair => new CidrIdentityRow(IpPrefix.Parse(pair.Key), new NumericIdentity(pair.Value), IsWanted: false)));
    }

    /// <summary>Runs until cancelled, or until the disk fails: then whoever runs the loop starts it again.</summary>
    /// <param name="rules">Table whose changes change what is wanted.</param>
    /// <param name="source">Told when every prefix of the complete rules has its number.</param>
    /// <param name="ct">Ends it.</param>
    public async Task RunAsync(IReadTable rules, TableSource source, CancellationToken ct)
    {
        var wake = new Wake();
        using var onRules = rules.Attach(wake);
        using var onUse = inUse.Attach(wake);
        while (true)
        {
            // Asked before looking: rules that come meanwhile may not be seen.
            var isComplete = rules.IsInitialized;
            Assign();
            if (isComplete)
                source.ListDone();
            await wake.WaitAsync(ct);
        }
    }

    /// <summary>Gives numbers to what is wanted now and takes back those that nothing resolves to; for tests and for the loop.</summary>
    /// <exception cref="Errors.CiliumException">The disk fails; nothing was given.</exception>
    public void Assign()
    {
        var prefixes = wanted();
        // What is in use matters only for what nobody wants any more.
        if (!_hasUnwanted && _assigned is not null && (ReferenceEquals(prefixes, _assigned) || prefixes.SetEquals(_assigned)))
            return;
        var rows = table.Where(row => prefixes.Contains(row.Prefix) || inUse.Contains(row.Id))
            .ToDictionary(row => row.Prefix, row => row with { IsWanted = prefixes.Contains(row.Prefix) });
        var taken = table.Select(row => row.Id.Value).ToHashSet();
        foreach (var prefix in prefixes.Where(prefix => !rows.ContainsKey(prefix)).Order())
            rows[prefix] = new CidrIdentityRow(prefix, Next(taken), IsWanted: true);
        if (rows.Count != table.Count || !rows.Values.All(row => row == table[row.Prefix]))
        {
            // On the disk before anybody uses it.
            file.Change(state => state with { Prefixes = rows.Values.OrderBy(row => row.Prefix).ToDictionary(row => row.Prefix.ToString(), row => row.Id.Value), LastPrefixId = _last });
            table.ReplaceAll(rows.Values);
        }

        (_assigned, _hasUnwanted) = (prefixes, rows.Values.Any(row => !row.IsWanted));
    }

    private NumericIdentity Next(HashSet<uint> taken)
    {
        do
            _last = _last >= NumericIdentity.LastNodeLocal ? NumericIdentity.FirstNodeLocal : _last + 1;
        while (!taken.Add(_last));
        return new(_last);
    }
}
