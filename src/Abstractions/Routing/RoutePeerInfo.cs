using System.Net;

namespace Cilium.Framework.Routing;

/// <summary>A peer of the routing daemon.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Asn">Its autonomous system, as configured.</param>
/// <param name="State">In BGP's words (RFC 4271 section 8.2.2), lower case: <c>idle</c>, <c>active</c>, <c>established</c>.</param>
/// <param name="Since">Since when it is up, or down; null: it never was up.</param>
/// <param name="Received">Prefixes that it has told.</param>
/// <param name="Accepted">Those of them that the daemon uses.</param>
/// <param name="Advertised">Prefixes that it was told.</param>
public sealed record RoutePeerInfo(IPAddress Address, uint Asn, string State, DateTimeOffset? Since, ulong Received, ulong Accepted, ulong Advertised);
