using System.Globalization;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Lab;

namespace Cilium.Framework.EndToEnd.Tests.Stores;

/// <summary>What nodes say about themselves and about each other.</summary>
internal static class ClusterView
{
    /// <summary>A look at all tables is work for every agent: it must not be what they are busy with.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Waits until every node has every node, and every address of all their pods with the identity that its own node gives it.</summary>
    /// <returns>The addresses with their identities.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> AllSeeEverythingAsync(IReadOnlyList<LabNode> nodes, int seconds)
    {
        IReadOnlyDictionary<string, string> all = new Dictionary<string, string>();
        var differs = "";
        await Eventually.TrueAsync(
            async () =>
            {
                all = await PodsAsync(nodes);
                differs = await DifferenceAsync(nodes, nodes.Count, all);
                return differs.Length == 0;
            },
            () => $"every node sees all nodes and all pods: {differs}",
            seconds);
        return all;
    }

    /// <summary>Waits until every node knows this many nodes and exactly these addresses.</summary>
    public static async Task AllSeeAsync(IReadOnlyList<LabNode> nodes, int count, IReadOnlyDictionary<string, string> addresses, int seconds)
    {
        var differs = "";
        await Eventually.TrueAsync(async () => (differs = await DifferenceAsync(nodes, count, addresses)).Length == 0, () => $"the nodes see {count} nodes and {addresses.Count} addresses: {differs}", seconds);
    }

    /// <summary>Waits until every node has certain addresses, each with the identity that its own node gives it, while others come and go.</summary>
    /// <param name="addresses">Asked after looking: what is not among them any more says nothing.</param>
    public static async Task AllHaveAsync(IReadOnlyList<LabNode> nodes, Func<IReadOnlySet<string>> addresses, int seconds)
    {
        var differs = "";
        await Eventually.TrueAsync(
            async () =>
            {
                var (all, tables) = (await PodsAsync(nodes), await Task.WhenAll(nodes.Select(ReadAsync)));
                var certain = addresses();
                var expected = all.Where(address => certain.Contains(address.Key)).ToDictionary();
                differs = tables.Select(table => Missing(table, expected)).FirstOrDefault(missing => missing.Length > 0, "");
                if (differs.Length > 0)
                    await Task.Delay(BetweenLooks, TimeProvider.System, Stop);
                return differs.Length == 0;
            },
            () => $"every node has the addresses of the others: {differs}",
            seconds);
    }

    /// <summary>Addresses of the pods of these nodes, each with the identity that its own node gives it; an address without one has <c>none</c>.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> PodsAsync(IEnumerable<LabNode> nodes)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            foreach (var endpoint in await node.Agent.Client.ListEndpointsAsync(Stop))
            {
                var addresses = endpoint.Status.Networking.Addressing[0];
                foreach (var prefix in (string[])[$"{addresses.Ipv4}/32", $"{addresses.Ipv6}/128"])
                    all.Add(prefix, endpoint.Status.Identity?.Id.ToString(CultureInfo.InvariantCulture) ?? "none");
            }
        }

        return all;
    }

    /// <summary>What a node says about its own endpoints and rules; the same before and after whatever must not change them.</summary>
    public static async Task<string> DescribeAsync(LabNode node)
    {
        var endpoints = await node.Agent.Client.ListEndpointsAsync(Stop);
        return string.Join('\n', endpoints.OrderBy(endpoint => endpoint.Id).Select(Describe)) + $"\nrevision {(await node.Agent.Client.GetStatusAsync(Stop)).PolicyRevision}";
    }

    private static string Describe(Endpoint endpoint) =>
        $"{endpoint.Id} {endpoint.Status.State} {endpoint.Status.Identity?.Id} {endpoint.Status.Networking.Addressing[0].Ipv4} {endpoint.Status.Policy.PolicyRevision} {endpoint.Status.Policy.PolicyEnabled} {string.Join(',', endpoint.Status.Policy.AllowedIngressIdentities)}";

    /// <returns>The first difference, in words; empty: there is none.</returns>
    private static async Task<string> DifferenceAsync(IReadOnlyList<LabNode> nodes, int count, IReadOnlyDictionary<string, string> addresses)
    {
        foreach (var node in nodes)
        {
            var known = await TableAsync(node, "nodes");
            if (known.Count != count)
                return $"{node.Folder} sees the nodes {string.Join(' ', known.Keys)}";
            var tables = await ReadAsync(node);
            if (Missing(tables, addresses) is { Length: > 0 } missing)
                return missing;
            var (_, stored, resolved) = tables;
            if (stored.Keys.FirstOrDefault(prefix => !addresses.ContainsKey(prefix)) is { } further)
                return $"kv-ips of {node.Folder} has {Words(stored, further)} which nobody has";
            if (resolved.Keys.FirstOrDefault(prefix => IsPod(prefix) && !addresses.ContainsKey(prefix)) is { } left)
                return $"ipcache of {node.Folder} has {Words(resolved, left)} which nobody has";
        }

        return "";
    }

    private static async Task<Addresses> ReadAsync(LabNode node) => new(node.Folder, await TableAsync(node, "kv-ips"), await TableAsync(node, "ipcache"));

    /// <returns>The first address that is not as expected, in words; empty: there is none.</returns>
    private static string Missing(Addresses of, IReadOnlyDictionary<string, string> expected)
    {
        foreach (var (prefix, identity) in expected)
        {
            if (of.Stored.GetValueOrDefault(prefix)?["Identity"] != identity)
                return $"kv-ips of {of.Node} has {Words(of.Stored, prefix)} where {identity} is expected";
            if (of.Resolved.GetValueOrDefault(prefix) is not { } row || row["Identity"] != identity || row["Status"] != "Done")
                return $"ipcache of {of.Node} has {Words(of.Resolved, prefix)} where {identity} is expected";
        }

        return "";
    }

    /// <summary>An address of a pod range that is no gateway (the first of its range is the node's own).</summary>
    private static bool IsPod(string prefix) => (prefix.StartsWith("10.1.", StringComparison.Ordinal) && prefix.EndsWith("/32", StringComparison.Ordinal) && !prefix.EndsWith(".1/32", StringComparison.Ordinal))
        || (prefix.StartsWith("fd00:1:", StringComparison.Ordinal) && prefix.EndsWith("/128", StringComparison.Ordinal) && !prefix.EndsWith("::1/128", StringComparison.Ordinal));

    private static string Words(Dictionary<string, Dictionary<string, string>> table, string prefix) =>
        table.TryGetValue(prefix, out var row) ? string.Join(' ', row.Values) : $"nothing for {prefix}";

    private static async Task<Dictionary<string, Dictionary<string, string>>> TableAsync(LabNode node, string name)
    {
        var dump = await node.Agent.Client.GetTableAsync(name, Stop);
        return dump.Rows.ToDictionary(row => row[0], row => dump.Columns.Zip(row).ToDictionary(cell => cell.First, cell => cell.Second));
    }

    /// <param name="Node">For texts.</param>
    /// <param name="Stored">What the node has read in the store, by prefix.</param>
    /// <param name="Resolved">What its datapath shall know, by prefix.</param>
    private sealed record Addresses(string Node, Dictionary<string, Dictionary<string, string>> Stored, Dictionary<string, Dictionary<string, string>> Resolved);
}
