using Cilium.Framework.Rows;

namespace Cilium.Framework.Ipam;

/// <summary>A range of the whole cluster out of which every node gets one of its own.</summary>
/// <param name="Cidr">The range.</param>
/// <param name="NodePrefixLength">Prefix length of a node's own range, longer than that of <paramref name="Cidr"/> or equal to it.</param>
public sealed record IpamClusterPool(IpPrefix Cidr, int NodePrefixLength);
