using System.Net;
using System.Text;
using Cilium.Framework.IpCache;
using Cilium.Framework.Kvstore.Bench.Raw;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Kvstore.Bench.Listing;

/// <summary>Addresses of a large cluster as its nodes write them: 1,000 nodes of 100 pods each, 5,000 identities.</summary>
internal static class Addresses
{
    public const int Count = 100_000;

    /// <summary>Operations of one transaction; etcd takes 128 at most.</summary>
    public const int AtOnce = 100;

    /// <summary>What a first list reads, so that the second one finds compiled code. In no way below <see cref="StoredIpRow.Folder"/>.</summary>
    public const string RehearsalFolder = "cilium/state/ip/v0/default/";

    private const int PodsPerNode = 100, Identities = 5_000;

    /// <summary>The row of an address.</summary>
    /// <param name="number">0..<see cref="Count"/> - 1.</param>
    /// <param name="pass">How often it was written before: its identity is another one each time.</param>
    public static StoredIpRow Row(int number, int pass = 0)
    {
        var (node, pod) = (number / PodsPerNode, number % PodsPerNode);
        var address = new IPAddress([10, (byte)(node >> 8), (byte)node, (byte)(pod + 2)]);
        return new(
            IpPrefix.Host(address), new(NumericIdentity.FirstAllocated + (uint)((number % Identities) + (pass * Identities))), new IPAddress([192, 168, (byte)(node >> 8), (byte)node]),
            $"cilium-global:default:node-{node}:{number % 65_535 + 1}");
    }

    public static (string Key, byte[] Value) Pair(StoredIpRow row, string folder = StoredIpRow.Folder) =>
        (folder + StoredIpRow.StoreKey(row.Prefix)[StoredIpRow.Folder.Length..], Encoding.UTF8.GetBytes(IpJson.Write(row)));

    /// <summary>Writes all of them, and some for the rehearsal.</summary>
    public static async Task WriteAsync(RawEtcd server)
    {
        foreach (var folder in (string[])[RehearsalFolder, StoredIpRow.Folder])
        {
            foreach (var some in Enumerable.Range(0, folder == RehearsalFolder ? Count / 20 : Count).Chunk(AtOnce))
                await server.PutAsync(some.Select(number => Pair(Row(number), folder)));
        }
    }
}
