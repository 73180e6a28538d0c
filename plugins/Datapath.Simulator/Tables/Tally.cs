namespace Cilium.Framework.Datapath.Simulator.Tables;

/// <summary>Packets and bytes.</summary>
internal readonly record struct Tally(ulong Packets, ulong Bytes)
{
    public Tally Plus(int bytes) => new(Packets + 1, Bytes + (ulong)bytes);
}
