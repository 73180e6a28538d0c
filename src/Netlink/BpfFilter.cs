namespace Cilium.Framework.Netlink;

/// <summary>A BPF program that is attached to a device as a filter.</summary>
/// <param name="ProgramId">The program's number in the kernel.</param>
/// <param name="Tag">Digest of its instructions; 0: the kernel does not tell.</param>
/// <param name="Name">What whoever attached it calls it, such as <c>from_netdev:[17]</c>; empty: nothing.</param>
public sealed record BpfFilter(uint ProgramId, ulong Tag, string Name);
