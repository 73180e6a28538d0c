using System.Net;
using System.Net.NetworkInformation;

namespace Cilium.Framework.Netlink;

/// <summary>An entry of the neighbour table.</summary>
/// <param name="IfIndex">The device.</param>
/// <param name="IP">The neighbour's address.</param>
/// <param name="Mac">Its Ethernet address; empty while it is not known.</param>
/// <param name="IsPermanent">Never expires.</param>
public sealed record Neighbour(int IfIndex, IPAddress IP, PhysicalAddress Mac, bool IsPermanent);
