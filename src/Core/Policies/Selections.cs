using System.Runtime.CompilerServices;
using Cilium.Framework.Identities;
using Cilium.Framework.Policies.Rules;
using Cilium.Framework.Prefixes;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Policies;

/// <summary>Which identities each selector selects among those of one moment, each selector asked once.</summary>
/// <param name="identities">All identities.</param>
internal sealed class Selections(IReadOnlyCollection<IdentityRow> identities)
{
    private readonly Dictionary<PeerSelector, IReadOnlyCollection<NumericIdentity>> _selected = [];

    // By reference: sections of rules that did not change are the same ones.
    private readonly ConditionalWeakTable<IReadOnlyList<PeerSelector>, IReadOnlyCollection<NumericIdentity>> _together = [];

    // A rule may name thousands of prefixes, and each is an identity: asking every selector about every identity would take their product.
    private readonly Lazy<PrefixIndex<IdentityRow>> _prefixes = new(() => new PrefixIndex<IdentityRow>(Prefixes(identities)));

    public IReadOnlyCollection<NumericIdentity> Of(PeerSelector peer)
    {
        if (!_selected.TryGetValue(peer, out var selected))
            _selected[peer] = selected = [.. Candidates(peer).Where(peer.Selects).Select(identity => identity.Id)];
        return selected;
    }

    /// <summary>What any of a section's selectors selects.</summary>
    public IReadOnlyCollection<NumericIdentity> Of(IReadOnlyList<PeerSelector> peers) =>
        peers.Count == 1 ? Of(peers[0]) : _together.GetValue(peers, list => list.SelectMany(Of).ToHashSet());

    private IEnumerable<IdentityRow> Candidates(PeerSelector peer) =>
        peer is PeerSelector.Cidr cidr ? _prefixes.Value.Inside(cidr.Prefix).Select(item => item.Value) : identities;

    private static IEnumerable<(IpPrefix, IdentityRow)> Prefixes(IReadOnlyCollection<IdentityRow> identities)
    {
        foreach (var identity in identities)
        {
            if (identity.Id.IsNodeLocal && CidrLabels.TryGetPrefix(identity.Labels, out var prefix))
                yield return (prefix, identity);
        }
    }
}
