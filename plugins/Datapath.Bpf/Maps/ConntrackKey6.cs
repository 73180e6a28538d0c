using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct ct_key6</c> (bpf/lib/conntrack_key.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ConntrackKey6
{
    public WireAddress Address0;
    public WireAddress Address1;
    public ushort Port0;
    public ushort Port1;
    public byte Proto;
    public byte Pad;
    public ushort Scope;
}
