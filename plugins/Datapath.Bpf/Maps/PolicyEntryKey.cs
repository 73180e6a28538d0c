using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct policy_key</c> (bpf/lib/policy.h). The port is in network byte order.</summary>
[StructLayout(LayoutKind.Sequential)]
internal record struct PolicyEntryKey
{
    public uint Owner;
    public uint Identity;
    public ushort Port;
    public byte Proto;
    public byte Direction;
}
