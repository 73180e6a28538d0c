using Cilium.Framework.Datapath.Bpf.Native;

namespace Cilium.Framework.Datapath.Bpf.Programs;

/// <summary>A program in the kernel.</summary>
/// <param name="Name">Its name, also of its object file.</param>
/// <param name="Descriptor">Keeps it alive.</param>
/// <param name="Kernel">What the kernel calls it.</param>
/// <param name="Changed">It took the place of another build, or of none.</param>
internal sealed record LoadedProgram(string Name, BpfDescriptor Descriptor, KernelProgram Kernel, bool Changed);
