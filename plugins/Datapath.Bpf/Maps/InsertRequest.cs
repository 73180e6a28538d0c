using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct insert</c>: what the program <c>insert</c> is asked to do (bpf/insert.c).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct InsertRequest
{
    public ConntrackKey6 Key;
    public uint Family;
    public uint Pad;
    public ConntrackValue Value;
}
