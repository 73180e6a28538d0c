using System.Net;

namespace Cilium.Framework.Rows;

/// <summary>A device of the node that the datapath attaches to. Key: <see cref="Name"/>.</summary>
/// <param name="Name">Kernel name, at most 15 characters.</param>
/// <param name="Role">What it is to the datapath.</param>
/// <param name="Mtu">Bytes per packet, without the Ethernet header; only the host and overlay devices are set to it.</param>
/// <param name="IPv4">Address of a host device (the endpoints' IPv4 gateway); null otherwise.</param>
/// <param name="IPv6">Address of a host device (the endpoints' IPv6 gateway); null otherwise.</param>
public sealed record DeviceRow(string Name, DeviceRole Role, int Mtu, IPAddress? IPv4 = null, IPAddress? IPv6 = null);
