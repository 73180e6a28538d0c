using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct metric</c> (bpf/lib/metrics.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MetricValue
{
    public ulong Packets;
    public ulong Bytes;
}
