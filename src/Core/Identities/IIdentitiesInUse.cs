using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Identities;

/// <summary>Numbers that an address resolves to, in the datapath or on the way there. While one does, its policies must stay (ARCHITECTURE, order of realisation 2).</summary>
internal interface IIdentitiesInUse
{
    /// <summary>True while an address resolves to the number.</summary>
    bool Contains(NumericIdentity id);

    /// <summary>Sets the wake when that may have changed.</summary>
    IDisposable Attach(Wake wake);
}
