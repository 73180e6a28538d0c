using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Nodes;

/// <summary>A range of endpoint addresses, the one node that it is taken to belong to, and where that node is. Key: <see cref="Cidr"/>.</summary>
/// <param name="Cidr">The range; it overlaps no other row's.</param>
/// <param name="Node">Whose it is.</param>
/// <param name="IsOwn">It is this node's.</param>
/// <param name="IPv4">Where other nodes reach it; null: it has no such address.</param>
/// <param name="IPv6">Where other nodes reach it; null: it has no such address.</param>
public sealed record NodeRangeRow(IpPrefix Cidr, NodeKey Node, bool IsOwn, IPAddress? IPv4, IPAddress? IPv6)
{
    /// <summary>The node's address of a family; null: it has none.</summary>
    public IPAddress? AddressOf(AddressFamily family) => family == AddressFamily.InterNetworkV6 ? IPv6 : IPv4;
}
