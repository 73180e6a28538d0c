using System.Net;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Ipam;

/// <summary>An address range that this node hands out, and how much of it is taken.</summary>
/// <param name="Cidr">The range.</param>
/// <param name="Gateway">The node's own address in it, the next hop of every endpoint; never handed out.</param>
/// <param name="Capacity">Number of addresses that can be handed out; saturates at <see cref="long.MaxValue"/>.</param>
/// <param name="Used">Number of addresses handed out.</param>
public sealed record IpamPool(IpPrefix Cidr, IPAddress Gateway, long Capacity, long Used);
