using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Native;

/// <summary>struct bpf_tc_opts of libbpf 1.1.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TcOptions
{
    public const uint Replace = 1;

    public nuint Size;
    public int ProgramDescriptor;
    public uint Flags;
    public uint ProgramId;
    public uint Handle;
    public uint Priority;
    private readonly uint _pad;
}
