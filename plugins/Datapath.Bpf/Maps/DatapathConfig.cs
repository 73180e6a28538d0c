using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct datapath_config</c>: constants of the programs (bpf/lib/config.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DatapathConfig
{
    public byte Ipv4;
    public byte Ipv6;
    public byte Trace;
    public byte ConntrackTable;
    public uint Second;
    public uint TcpLifetime;
    public uint SynLifetime;
    public uint OtherLifetime;
    public uint CloseLifetime;
    public uint DropEvents;
    public uint ConntrackSets4;
    public uint ConntrackSets6;
    public uint FragmentLifetime;
    public uint ConntrackLayout;
    public uint PreviousContainer;
    public uint PreviousLayout;
    public uint PreviousSets4;
    public uint PreviousSets6;
    public uint Pad;
    public ulong ConntrackSeed;
    public ulong PreviousSeed;
}
