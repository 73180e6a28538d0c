using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct ct_key4</c>: lower address first; what belongs to one end stands under its index (bpf/lib/conntrack_key.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ConntrackKey4
{
    public uint Address0;
    public uint Address1;
    public ushort Port0;
    public ushort Port1;
    public byte Proto;
    public byte Pad;
    public ushort Scope;
}
