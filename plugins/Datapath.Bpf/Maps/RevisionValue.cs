using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct revision</c>: the number that makes verdicts valid (bpf/lib/revision.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RevisionValue
{
    public uint Number;
    public uint AddressesChangedAt;
    public uint Pending;
    public uint Layout;
}
