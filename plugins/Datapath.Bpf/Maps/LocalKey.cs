using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct local_key</c>: an address of an endpoint of this node (bpf/lib/endpoint.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal record struct LocalKey
{
    public WireAddress Address;
    public uint Family;
}
