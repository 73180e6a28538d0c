namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>enum ct_flags</c> (bpf/lib/conntrack_entry.h).</summary>
[Flags]
internal enum ConntrackFlags : ushort
{
    None = 0,
    InitiatorIsSecond = 1,
    Closing0 = 2,
    Closing1 = 4,
    Closed = Closing0 | Closing1,
    Established = 8,
}
