using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Native;

/// <summary>struct bpf_tc_hook of libbpf 1.1.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TcHook
{
    public const int Ingress = 1;
    public const int Egress = 2;

    public nuint Size;
    public int IfIndex;
    public int AttachPoint;
    public uint Parent;
    private readonly uint _pad;
}
