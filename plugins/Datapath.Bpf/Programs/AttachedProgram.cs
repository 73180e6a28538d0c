namespace Cilium.Framework.Datapath.Bpf.Programs;

/// <summary>A program that is attached to a device.</summary>
/// <param name="Id">Its number in the kernel.</param>
/// <param name="Name">Its name; of one that is not known to be ours, what whoever attached it calls it.</param>
/// <param name="Tag">Digest of its instructions; 0: not known.</param>
/// <param name="IsOurs">This datapath attached it, in this version or in an earlier one.</param>
internal sealed record AttachedProgram(uint Id, string Name, ulong Tag, bool IsOurs);
