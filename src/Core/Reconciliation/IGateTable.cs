using Cilium.Framework.Tables;

namespace Cilium.Framework.Reconciliation;

/// <summary>A table that gates can ask about.</summary>
public interface IGateTable
{
    /// <summary>Name that conditions use.</summary>
    string Name { get; }

    /// <summary>Whether a condition on this table holds now.</summary>
    /// <exception cref="ArgumentException">The condition's key is not of the table's key type.</exception>
    GateVerdict Judge(GateCondition condition);

    /// <summary>Sets <paramref name="wake"/> whenever a verdict may have changed, until disposed.</summary>
    IDisposable Attach(Wake wake);
}
