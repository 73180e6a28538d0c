using Cilium.Framework.Rows;

namespace Cilium.Framework.IpCache;

/// <summary>An address of this node. Key: <see cref="Prefix"/>.</summary>
/// <param name="Prefix">The address, as /32 or /128.</param>
/// <param name="Device">Device that carries it.</param>
public sealed record HostAddressRow(IpPrefix Prefix, string Device);
