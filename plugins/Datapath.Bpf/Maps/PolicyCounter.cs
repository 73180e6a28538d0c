using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct policy_counter</c> (bpf/lib/policy.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PolicyCounter
{
    public ulong Packets;
    public ulong Bytes;
}
