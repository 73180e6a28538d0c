using System.Net;

namespace Cilium.Framework.Netlink;

/// <summary>One of the ways of a route that has several.</summary>
/// <param name="Gateway">Next router; null: the network is on the device.</param>
/// <param name="IfIndex">Device.</param>
/// <param name="Weight">Share of the packets, 1..256.</param>
public sealed record NextHop(IPAddress? Gateway, int IfIndex, int Weight);
