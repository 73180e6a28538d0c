using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct ct_info</c>: how the connections that are pinned are kept (bpf/lib/conntrack_table.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ConntrackInfo
{
    public ulong Seed;
    public uint Table;
    public uint Layout;
}
