using Cilium.Framework.Hosting;
using Cilium.Framework.Identities;
using Cilium.Framework.Prefixes;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Policies;

/// <summary>policies + cidr-identities + ipcache -> policy-revisions: a realised policy reflects the last revision that was computed; at once when that revision changed nothing for it.</summary>
/// <remarks>
/// A prefix that a rule names counts for packets when its addresses resolve to it. Until then a policy that names it, or a prefix around or inside it, does
/// not reflect the revision: what it allows would still be dropped, what it excepts would still pass.
/// </remarks>
/// <param name="computed">Revision of the rules that the rows of <c>policies</c> reflect.</param>
/// <param name="tables">The node's tables.</param>
internal sealed class PolicyRevisionController(Func<ulong> computed, NodeTables tables) : IController
{
    private readonly TableTracker<IpPrefix, CidrIdentityRow> _cidrs = tables.CidrIdentities.Track();
    private readonly TableTracker<IpPrefix, DesiredRow<IpCacheRow>> _addresses = tables.IpCache.Rows.Track();

    // Prefixes that rules name and whose addresses do not resolve to them yet.
    private readonly HashSet<IpPrefix> _awaited = [];

    /// <inheritdoc />
    public void Compute()
    {
        // Asked before looking: rows that are Done then hold at least this revision.
        var revision = computed();
        var awaited = Awaited();
        tables.PolicyRevisions.ReplaceAll(tables.Policies.Rows.Snapshot
            .Where(row => !row.IsDeleting)
            .Select(row => row.IsDone && !Names(row.Row, awaited) ? new PolicyRevisionRow(row.Row.Id, revision) : tables.PolicyRevisions[row.Row.Id])
            .OfType<PolicyRevisionRow>());
    }

    /// <summary>Numbers of prefixes that overlap one whose addresses do not resolve to it yet.</summary>
    private HashSet<NumericIdentity> Awaited()
    {
        foreach (var change in _cidrs.Next())
            Look(change.Key);
        foreach (var change in _addresses.Next())
            Look(change.Key);
        if (_awaited.Count == 0)
        {
            // A list of ten thousand leaves room for as many for ever.
            _awaited.TrimExcess();
            return [];
        }

        var awaited = new PrefixIndex<NumericIdentity>(_awaited.Select(prefix => (prefix, NumericIdentity.Unknown)));
        return tables.CidrIdentities.Where(cidr => awaited.Overlaps(cidr.Prefix)).Select(cidr => cidr.Id).ToHashSet();
    }

    private void Look(IpPrefix prefix)
    {
        if (tables.CidrIdentities[prefix] is { IsWanted: true } && tables.IpCache.Rows[prefix] is not { IsDone: true })
            _awaited.Add(prefix);
        else
            _awaited.Remove(prefix);
    }

    private static bool Names(PolicyRow policy, HashSet<NumericIdentity> identities) =>
        identities.Count > 0 && policy.Entries.Any(entry => identities.Contains(entry.Key.Remote));
}
