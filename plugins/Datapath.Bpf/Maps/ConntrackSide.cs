using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct ct_side</c>: one end of a connection (bpf/lib/conntrack_entry.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ConntrackSide
{
    public uint Identity;
    public uint Cookie;
    public ushort Endpoint;
    public byte Seen;
    public byte Shape;
}
