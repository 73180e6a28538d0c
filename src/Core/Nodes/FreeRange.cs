using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Cilium.Framework.Ipam;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Nodes;

/// <summary>Chooses a range for a node.</summary>
internal static class FreeRange
{
    /// <summary>
    /// The first free range of the first pool that has one. The search begins where the node's name says, not at the beginning: nodes that start
    /// together choose different ones, and a node that has forgotten everything likely finds its own again.
    /// </summary>
    /// <param name="pools">Pools of one family, in order.</param>
    /// <param name="taken">Ranges of others, of whatever size.</param>
    /// <param name="node">Who asks.</param>
    /// <returns>Null: every range of every pool is taken.</returns>
    public static IpPrefix? Choose(IEnumerable<IpamClusterPool> pools, IReadOnlyCollection<IpPrefix> taken, NodeKey node)
    {
        var seed = BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(node.ToString())));
        return pools.Select(pool => Choose(pool, taken, seed)).FirstOrDefault(free => free is not null);
    }

    private static IpPrefix? Choose(IpamClusterPool pool, IReadOnlyCollection<IpPrefix> taken, ulong seed)
    {
        var count = UInt128.One << (pool.NodePrefixLength - pool.Cidr.Length);
        var ofThatSize = taken.Where(range => range.Length == pool.NodePrefixLength).ToHashSet();
        var others = taken.Where(range => range.Length != pool.NodePrefixLength && (pool.Cidr.Contains(range) || range.Contains(pool.Cidr))).ToList();
        for (UInt128 tried = 0; tried < count; tried++)
        {
            var candidate = pool.Cidr.Subnet(pool.NodePrefixLength, (seed + tried) % count);
            if (!ofThatSize.Contains(candidate) && !others.Exists(other => other.Contains(candidate) || candidate.Contains(other)))
                return candidate;
        }

        return null;
    }
}
