using Cilium.Framework.Rows;

namespace Cilium.Framework.Nodes;

/// <summary>A range of this node's endpoints. Key: <see cref="Cidr"/>.</summary>
/// <param name="Cidr">The range.</param>
/// <param name="Origin">Who gave it to this node, in words.</param>
public sealed record PodCidrRow(IpPrefix Cidr, string Origin);
