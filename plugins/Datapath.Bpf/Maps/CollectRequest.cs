using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct collect</c>: what the collect program adds to which counter (bpf/collect.c).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CollectRequest
{
    public PolicyEntryKey Key;
    public uint Pad;
    public PolicyCounter Amount;
}
