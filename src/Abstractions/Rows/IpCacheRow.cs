using System.Net;

namespace Cilium.Framework.Rows;

/// <summary>Who is behind an address range, and through which node it is reached. Key: <see cref="Prefix"/>.</summary>
/// <param name="Prefix">Canonical: host bits are zero.</param>
/// <param name="Identity">Identity of every address in the range that no longer prefix names.</param>
/// <param name="TunnelEndpoint">Node that carries it; null when it is local or natively routed.</param>
/// <param name="Origin">Who says so.</param>
public sealed record IpCacheRow(IpPrefix Prefix, NumericIdentity Identity, IPAddress? TunnelEndpoint, IpCacheOrigin Origin);
