using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct ipcache_key</c> (bpf/lib/ipcache.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal record struct IpCacheKey
{
    public uint PrefixLength;
    public ushort ClusterId;
    public byte Pad;
    public byte Family;
    public WireAddress Address;

    /// <summary>Bits before the address: cluster, pad, family.</summary>
    public const int StaticBits = 32;
}
