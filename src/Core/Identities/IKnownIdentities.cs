using Cilium.Framework.Labels;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Identities;

/// <summary>Numbers in the store, as last seen; may be behind.</summary>
internal interface IKnownIdentities
{
    /// <summary>True when somebody has the number.</summary>
    bool Contains(NumericIdentity id);

    /// <summary>The number of a label set.</summary>
    bool TryFind(LabelSet labels, out NumericIdentity id);
}
