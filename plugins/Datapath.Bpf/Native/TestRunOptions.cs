using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Native;

/// <summary>struct bpf_test_run_opts of libbpf 1.1.</summary>
[StructLayout(LayoutKind.Explicit, Size = 80)]
internal unsafe struct TestRunOptions
{
    [FieldOffset(0)] public nuint Size;
    [FieldOffset(8)] public byte* DataIn;
    [FieldOffset(16)] public byte* DataOut;
    [FieldOffset(24)] public uint DataSizeIn;
    [FieldOffset(28)] public uint DataSizeOut;
    [FieldOffset(32)] public SkBuff* ContextIn;
    [FieldOffset(40)] public SkBuff* ContextOut;
    [FieldOffset(48)] public uint ContextSizeIn;
    [FieldOffset(52)] public uint ContextSizeOut;
    [FieldOffset(56)] public uint ReturnValue;
    [FieldOffset(60)] public int Repeat;
    [FieldOffset(64)] public uint Duration;
}
