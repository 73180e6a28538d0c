using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Native;

/// <summary>struct bpf_object_open_opts of libbpf 1.1.</summary>
[StructLayout(LayoutKind.Explicit, Size = 80)]
internal unsafe struct ObjectOpenOptions
{
    [FieldOffset(0)] public nuint Size;
    [FieldOffset(24)] public byte* PinRootPath;
    [FieldOffset(56)] public byte* KernelLog;
    [FieldOffset(64)] public nuint KernelLogSize;
    [FieldOffset(72)] public uint KernelLogLevel;
}
