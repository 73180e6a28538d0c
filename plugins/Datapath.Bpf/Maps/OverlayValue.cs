using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct overlay</c>: the device that wraps packets to other nodes (bpf/lib/tunnel.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct OverlayValue
{
    public uint IfIndex;
    public uint Mtu;
}
