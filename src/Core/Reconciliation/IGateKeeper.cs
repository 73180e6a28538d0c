using Cilium.Framework.Tables;

namespace Cilium.Framework.Reconciliation;

/// <summary>Judges gates.</summary>
public interface IGateKeeper
{
    /// <summary>Whether a gate lets its row through now.</summary>
    GateVerdict Judge(Gate gate);

    /// <summary>Sets <paramref name="wake"/> whenever a verdict may have changed, until disposed.</summary>
    IDisposable Attach(Wake wake);
}
