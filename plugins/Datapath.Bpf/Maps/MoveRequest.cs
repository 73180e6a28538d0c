using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct move</c>: which connection the program <c>move</c> is to take over (bpf/move.c).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MoveRequest
{
    public ConntrackKey6 Key;
    public uint Family;
    public uint Pad;
}
