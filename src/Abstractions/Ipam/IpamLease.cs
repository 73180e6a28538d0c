using System.Net;

namespace Cilium.Framework.Ipam;

/// <summary>An address and who holds it.</summary>
/// <param name="Owner">Stable name of the holder.</param>
/// <param name="Address">The address.</param>
public sealed record IpamLease(string Owner, IPAddress Address);
