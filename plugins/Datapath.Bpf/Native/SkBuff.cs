using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Native;

/// <summary>The fields of struct __sk_buff that BPF_PROG_TEST_RUN takes and gives.</summary>
[StructLayout(LayoutKind.Explicit, Size = 192)]
internal struct SkBuff
{
    [FieldOffset(8)] public uint Mark;
    [FieldOffset(36)] public uint IngressIfIndex;
    [FieldOffset(40)] public uint IfIndex;
    [FieldOffset(48)] public uint ControlBlock0;
    [FieldOffset(52)] public uint ControlBlock1;
}
