using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct remove</c>: what the program <c>remove</c> is asked to do (bpf/remove.c).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RemoveRequest
{
    public ConntrackKey6 Key;
    public uint Family;
    public uint State;
}
