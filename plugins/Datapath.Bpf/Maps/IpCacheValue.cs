using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct ipcache_value</c> (bpf/lib/ipcache.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct IpCacheValue
{
    public uint Identity;
    public uint TunnelEndpoint;
    public WireAddress TunnelEndpoint6;
    public uint Flags;
    public uint Tunnel;
}
