using Cilium.Framework.Rows;

namespace Cilium.Framework.Routes;

/// <summary>A route as it stands in the kernel, whoever made it.</summary>
/// <param name="Destination">Where it leads; length 0: a default route.</param>
/// <param name="NextHop">The next router, or what becomes of packets instead (<c>blackhole</c>); null: the network is on the device.</param>
/// <param name="Device">Kernel name; null: it has none.</param>
/// <param name="Mtu">Bytes per packet, those of the device where the route says nothing; 0: nobody says.</param>
/// <param name="Table">Routing table.</param>
/// <param name="Metric">Lower is preferred.</param>
/// <param name="Protocol">Who made it (linux/rtnetlink.h, RTPROT_*).</param>
internal sealed record SeenRoute(IpPrefix Destination, string? NextHop, string? Device, int Mtu, uint Table, uint Metric, byte Protocol);
