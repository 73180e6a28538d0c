using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct events_lost</c> (bpf/lib/events.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EventsLost
{
    public ulong Count;
    public EventRecord Layout;
}
