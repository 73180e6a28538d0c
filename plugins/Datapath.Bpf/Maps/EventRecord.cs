using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct event</c> (bpf/lib/events.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EventRecord
{
    public ulong Jiffies;
    public byte Type;
    public byte Reason;
    public byte Point;
    public byte Direction;
    public ushort SourceEndpoint;
    public ushort DestinationEndpoint;
    public uint SourceIdentity;
    public uint DestinationIdentity;
    public uint Cookie;
    public uint IfIndex;
    public uint Length;
    public uint Repeated;
    public WireAddress Source;
    public WireAddress Destination;
    public ushort Sport;
    public ushort Dport;
    public byte Proto;
    public byte TcpFlags;
    public byte Family;
    public byte Pad;

    public const byte Drop = 1;
    public const byte Trace = 4;
}
