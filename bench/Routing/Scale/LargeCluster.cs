using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Cilium.Framework.Identities;
using Cilium.Framework.IpCache;
using Cilium.Framework.Lab.Servers;
using Cilium.Framework.Nodes;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.Bench.Scale;

/// <summary>What the nodes of a large cluster write into its store: 1,000 nodes with 100 pods each, 5,000 identities.</summary>
internal static class LargeCluster
{
    public const int Nodes = 1_000, PodsPerNode = 100, Pods = Nodes * PodsPerNode;
    private const int Identities = 5_000;

    /// <summary>Operations of one transaction; etcd takes 128 at most.</summary>
    private const int AtOnce = 100;

    /// <summary>Of all its nodes; the node under test has one, too.</summary>
    public static IPAddress OwnAddress { get; } = new([172, 20, 255, 1]);

    public const int UnderlayLength = 16;

    /// <summary>Range of a node's pods.</summary>
    public static IpPrefix Range(int node) => IpPrefix.Parse(string.Create(CultureInfo.InvariantCulture, $"10.{64 + (node >> 8)}.{node & 0xff}.0/24"));

    public static IpPrefix Pod(int number) => IpPrefix.Host(new IPAddress([10, (byte)(64 + (number / PodsPerNode >> 8)), (byte)(number / PodsPerNode), (byte)((number % PodsPerNode) + 2)]));

    /// <summary>Another identity for each pass.</summary>
    public static NumericIdentity IdentityOf(int number, int pass) => NumberOf((number + (pass * 7)) % Identities);

    /// <summary>All that is in the store before a node looks: nodes, identities, addresses.</summary>
    public static IEnumerable<(string Key, string Value)> All() =>
        Enumerable.Range(0, Nodes).Select(Node).Concat(Enumerable.Range(0, Identities).Select(Identity)).Concat(Enumerable.Range(0, Pods).Select(number => Address(number)));

    private static NumericIdentity NumberOf(int identity) => new(NumericIdentity.FirstAllocated + (uint)identity);

    private static (string Key, string Value) Identity(int number) => (IdentityKeys.Number(NumberOf(number)), string.Create(CultureInfo.InvariantCulture, $"k8s:app=far-{number};k8s:io.kubernetes.pod.namespace=ns-{number % 100};"));

    public static (string Key, string Value) Node(int number)
    {
        var node = new NodeRow
        {
            Key = new NodeKey("default", string.Create(CultureInfo.InvariantCulture, $"far-{number}")),
            Addresses = [new NodeAddress(NodeAddress.Internal, HostOf(number))], IPv4PodCidr = Range(number), Origin = NodeOrigin.Kvstore,
        };
        return (node.Key.StoreKey, NodeJson.Write(node));
    }

    public static (string Key, string Value) Address(int number, int pass = 0)
    {
        var row = new StoredIpRow(Pod(number), IdentityOf(number, pass), HostOf(number / PodsPerNode), string.Create(CultureInfo.InvariantCulture, $"cilium-global:default:far-{number / PodsPerNode}:{(number % PodsPerNode) + 1}"));
        return (StoredIpRow.StoreKey(row.Prefix), IpJson.Write(row));
    }

    public static async Task WriteAsync(EtcdApi server, IEnumerable<(string Key, string Value)> entries)
    {
        foreach (var some in entries.Chunk(AtOnce))
        {
            var puts = new JsonArray([.. some.Select(entry => new JsonObject { ["requestPut"] = new JsonObject { ["key"] = Encode(entry.Key), ["value"] = Encode(entry.Value) } })]);
            await server.PostAsync("kv/txn", new JsonObject { ["success"] = puts }.ToJsonString(), default);
        }
    }

    public static Task DeleteAsync(EtcdApi server, string key) => server.PostAsync("kv/deleterange", new JsonObject { ["key"] = Encode(key) }.ToJsonString(), default);

    private static IPAddress HostOf(int node) => new([172, 20, (byte)((node + 1) >> 8), (byte)(node + 1)]);

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
