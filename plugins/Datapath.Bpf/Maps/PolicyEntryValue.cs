using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct policy_value</c> (bpf/lib/policy.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PolicyEntryValue
{
    public uint Cookie;
    public uint Precedence;
    public ushort ProxyPort;
    public ushort Flags;
    public uint Reserved;
}
