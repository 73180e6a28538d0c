using Cilium.Framework.Kvstore;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Identities;

/// <summary>Numbers in the store, as last seen; may be behind.</summary>
internal interface IKnownIdentities
{
    /// <summary>True when somebody has the number.</summary>
    bool Contains(NumericIdentity id);

    /// <summary>The number of a label set.</summary>
    /// <param name="labels">The label set.</param>
    /// <param name="id">Its number.</param>
    /// <param name="revision">Revision of the number's key in the store; 0: it is remembered, but not there.</param>
    bool TryFind(LabelSet labels, out NumericIdentity id, out ulong revision);

    /// <summary>Holds while the store still has what was seen; null: nothing was seen in it. A store that was wiped since has lost numbers that this node was about to see.</summary>
    KvCondition? Witness { get; }
}
