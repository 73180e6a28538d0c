using System.Net.Sockets;

namespace Cilium.Framework.Routing.Tunnel;

/// <summary>A way to wrap packets.</summary>
/// <param name="Name">As the setting and the kernel call it.</param>
/// <param name="Encapsulation">As the plan says it.</param>
/// <param name="Device">Name of the overlay device, as Cilium calls it.</param>
/// <param name="DefaultPort">UDP port.</param>
internal sealed record TunnelProtocol(string Name, Encapsulation Encapsulation, string Device, int DefaultPort)
{
    // Inner Ethernet header, UDP, and VXLAN (RFC 7348) or Geneve without options (RFC 8926), which are of one size.
    private const int Wrapping = 14 + 8 + 8;
    private const int IPv4Header = 20, IPv6Header = 40;

    /// <summary>VXLAN. The port is Linux's and Cilium's, not IANA's (4789).</summary>
    public static readonly TunnelProtocol Vxlan = new("vxlan", Encapsulation.Vxlan, "cilium_vxlan", 8472);

    /// <summary>Geneve, with IANA's port.</summary>
    public static readonly TunnelProtocol Geneve = new("geneve", Encapsulation.Geneve, "cilium_geneve", 6081);

    /// <summary>Bytes that wrapping adds to a packet.</summary>
    /// <param name="underlay">Family of the outer packets.</param>
    public static int Overhead(AddressFamily underlay) => Wrapping + (underlay == AddressFamily.InterNetworkV6 ? IPv6Header : IPv4Header);
}
