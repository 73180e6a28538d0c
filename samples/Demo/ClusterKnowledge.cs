using System.Globalization;
using Cilium.Framework.Lab;

namespace Cilium.Framework.Demo;

/// <summary>What one node knows, all of them know.</summary>
internal sealed class ClusterKnowledge(DemoCluster cluster)
{
    /// <summary>Every node knows every node.</summary>
    public async Task NodesAsync(CancellationToken ct)
    {
        var expected = string.Join(' ', cluster.Nodes.Select(DemoCluster.Name));
        foreach (var node in cluster.Nodes)
            await cluster.CompareAsync(DemoCluster.Name(node), "cluster", "nodes", expected, async () => string.Join(' ', await KnownNodesAsync(node, ct)), "cilium node list", ct);
    }

    /// <summary>Equal labels have one number everywhere, different labels different ones.</summary>
    public async Task IdentitiesAsync(CancellationToken ct)
    {
        var all = new HashSet<long>();
        foreach (var app in DemoCluster.Apps)
        {
            var numbers = new HashSet<long>();
            foreach (var node in cluster.Nodes)
                numbers.Add(await cluster.IdentityAsync(node, app, ct));
            all.UnionWith(numbers);
            cluster.Compare(app, "all nodes", "identity", "one number", numbers.Count == 1 ? "one number" : string.Join(' ', numbers), string.Join(' ', numbers));
        }

        cluster.Compare("all pods", "all nodes", "identity", DemoCluster.Count(DemoCluster.Apps.Count, "numbers"), DemoCluster.Count(all.Count, "numbers"), "cilium identity list");
    }

    /// <summary>A node knows the addresses of every node's pods, each with the identity that its own node gives it.</summary>
    public async Task AddressesAsync(LabNode node, CancellationToken ct)
    {
        var identities = new Dictionary<string, string>();
        foreach (var (home, app, pod) in cluster.Pods)
            identities[$"{pod.IPv4}/32"] = identities[$"{pod.IPv6}/128"] = (await cluster.IdentityAsync(home, app, ct)).ToString(CultureInfo.InvariantCulture);
        await cluster.CompareAsync(
            DemoCluster.Name(node), "all pods", "ipcache", DemoCluster.Count(identities.Count, "addresses"),
            async () => DemoCluster.Count(await KnownAsync(node, identities, ct), "addresses"), "cilium bpf ipcache list", ct);
    }

    private static async Task<IEnumerable<string>> KnownNodesAsync(LabNode node, CancellationToken ct) =>
        ((await node.Agent.Client.GetStatusAsync(ct)).Cluster?.Nodes ?? []).Select(known => known.Name).Order(StringComparer.Ordinal);

    private static async Task<int> KnownAsync(LabNode node, Dictionary<string, string> identities, CancellationToken ct)
    {
        var table = await node.Agent.Client.GetTableAsync("ipcache", ct);
        var (identity, status) = (table.Columns.ToList().IndexOf("Identity"), table.Columns.ToList().IndexOf("Status"));
        return table.Rows.Count(row => identities.GetValueOrDefault(row[0]) == row[identity] && row[status] == "Done");
    }
}
