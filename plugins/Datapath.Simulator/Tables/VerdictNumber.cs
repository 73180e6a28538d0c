namespace Cilium.Framework.Datapath.Simulator.Tables;

/// <summary>
/// Number under which verdicts are taken (ARCHITECTURE, valid by number). Whoever changes what a verdict depends on takes the next one
/// and notes it as the moment of the change; a verdict holds while no change that it depends on is newer.
/// </summary>
internal sealed class VerdictNumber
{
    /// <summary>Last number taken.</summary>
    public uint Current { get; private set; }

    /// <summary>Number of the last change to what an address resolves to.</summary>
    public uint AddressesChangedAt { get; private set; }

    public uint Next() => ++Current;

    public void AddressesChanged() => AddressesChangedAt = Next();
}
