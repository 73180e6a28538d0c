using Cilium.Framework.Identities;
using Cilium.Framework.Policies.Rules;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Policies;

/// <summary>Which identities each selector selects, each selector asked once.</summary>
/// <param name="identities">All identities.</param>
internal sealed class Selections(IReadOnlyCollection<IdentityRow> identities)
{
    private readonly Dictionary<PeerSelector, IReadOnlyCollection<NumericIdentity>> _selected = [];

    public IReadOnlyCollection<NumericIdentity> Of(PeerSelector peer)
    {
        if (!_selected.TryGetValue(peer, out var selected))
            _selected[peer] = selected = [.. identities.Where(peer.Selects).Select(identity => identity.Id)];
        return selected;
    }
}
