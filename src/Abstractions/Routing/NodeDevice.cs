using System.Net;

namespace Cilium.Framework.Routing;

/// <summary>A device that the node has, as found in the kernel.</summary>
/// <param name="Name">Kernel name.</param>
/// <param name="Mtu">Bytes per packet, without the Ethernet header.</param>
/// <param name="Addresses">Its addresses, link-local ones left out.</param>
/// <param name="HasDefaultRoute">A default route of either family leaves through it.</param>
public sealed record NodeDevice(string Name, int Mtu, IReadOnlyList<IPAddress> Addresses, bool HasDefaultRoute);
