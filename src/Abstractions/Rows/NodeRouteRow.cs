using System.Net;

namespace Cilium.Framework.Rows;

/// <summary>A pod address range and how this node reaches it. Key: <see cref="PodCidr"/>.</summary>
/// <param name="PodCidr">The range.</param>
/// <param name="Node">Name of the node that owns the range.</param>
/// <param name="NextHop">Address of that node; null when it is this node.</param>
/// <param name="Device">Host device for a range of this node; null: the kernel's route to the next hop decides.</param>
/// <param name="Source">Preferred source address of this node; null: the kernel chooses.</param>
/// <param name="Mtu">Bytes per packet on this route.</param>
public sealed record NodeRouteRow(IpPrefix PodCidr, string Node, IPAddress? NextHop, string? Device, IPAddress? Source, int Mtu);
