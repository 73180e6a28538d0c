using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary><c>struct tunnel</c>: a node that the overlay reaches (bpf/lib/tunnel.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TunnelValue
{
    public uint Ipv4;
    public uint Flags;
    public WireAddress Ipv6;

    /// <summary>The node; null: no node has this number.</summary>
    public readonly IPAddress? Endpoint
    {
        get
        {
            if (Ipv4 != 0)
                return new WireAddress { Word0 = Ipv4 }.ToIPAddress(WireAddress.FamilyIPv4);
            return Ipv6.IsZero ? null : Ipv6.ToIPAddress(WireAddress.FamilyIPv6);
        }
    }

    public static TunnelValue From(IPAddress endpoint) => endpoint.AddressFamily == AddressFamily.InterNetwork
        ? new() { Ipv4 = WireAddress.From(endpoint).Word0 }
        : new() { Ipv6 = WireAddress.From(endpoint) };
}
