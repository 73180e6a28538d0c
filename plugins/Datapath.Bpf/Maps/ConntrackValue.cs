using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct ct_value</c> (bpf/lib/conntrack_entry.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ConntrackValue
{
    public ulong Unreported;
    public uint State;
    public uint Expires;
    public uint Verdict;
    public ConntrackFlags Flags;
    public ushort ProxyPort;
    public ConntrackSide Side0;
    public ConntrackSide Side1;

    /// <summary>True when the side with index 1 sent the first packet.</summary>
    public readonly bool InitiatorIsSecond => Flags.HasFlag(ConntrackFlags.InitiatorIsSecond);

    public readonly ConntrackSide Initiator => InitiatorIsSecond ? Side1 : Side0;

    public readonly ConntrackSide Responder => InitiatorIsSecond ? Side0 : Side1;
}
