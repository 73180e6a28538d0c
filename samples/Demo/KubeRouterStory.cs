using System.Globalization;
using System.Net;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Servers;

namespace Cilium.Framework.Demo;

/// <summary>What only a routing daemon beside the nodes has: peers, what they tell, what one of them stops telling, and prefixes that are told on request.</summary>
internal sealed class KubeRouterStory(DemoCluster cluster, BgpMesh mesh)
{
    /// <summary>An address that all nodes are to send to the first (RFC 5737).</summary>
    private const string Service = "203.0.113.7/32";

    public async Task RunAsync(CancellationToken ct)
    {
        cluster.Say("What the gobgpd beside each agent was told by its peers");
        foreach (var node in cluster.Nodes)
        {
            await cluster.CompareAsync(DemoCluster.Name(node), "peers", "BGP", DemoCluster.Count(cluster.Nodes.Count - 1, "established"), () => PeersAsync(node, ct), "cilium bgp peers", ct);
            await cluster.CompareAsync(DemoCluster.Name(node), "all nodes", "BGP", DemoCluster.Count(cluster.Nodes.Count * 2, "ranges"), () => RangesAsync(node, ct), "cilium bgp routes", ct);
        }

        await cluster.ShowAsync(cluster.Nodes[0], ct, "bgp", "peers");
        await cluster.ShowAsync(cluster.Nodes[0], ct, "bgp", "routes");
        await WithdrawnRangeAsync(ct);
        await AdvertisedAsync(ct);
    }

    /// <summary>Exactly the one path breaks, the agent says why, and it heals.</summary>
    private async Task WithdrawnRangeAsync(CancellationToken ct)
    {
        var (first, second, third) = (cluster.Nodes[0], cluster.Nodes[1], cluster.Nodes[2]);
        var range = second.Network.Place.PodIPv4;
        cluster.Say($"{DemoCluster.Name(second)} stops telling {range}");
        await mesh.WithdrawAsync(second.Network.Place, range, ct);
        foreach (var node in (LabNode[])[first, third])
        {
            await RouteAsync(node, range.ToString(), "none", ct);
            await cluster.PingAsync(node, second, v6: false, arrives: false, "no route", ct);
            await cluster.PingAsync(node, second, v6: true, arrives: true, "its other range is still told", ct);
        }

        await cluster.PingAsync(first, third, v6: false, arrives: true, "another node", ct);
        await LedgerAsync(first, range, "missing, not told", ct);

        cluster.Say($"{DemoCluster.Name(second)} tells {range} again");
        await mesh.TellAsync(second.Network.Place, range, ct);
        foreach (var node in (LabNode[])[first, third])
        {
            await RouteAsync(node, range.ToString(), Via(second), ct);
            await cluster.PingAsync(node, second, v6: false, arrives: true, "healed", ct);
        }

        await LedgerAsync(first, range, "foreign", ct);
    }

    private async Task AdvertisedAsync(CancellationToken ct)
    {
        var first = cluster.Nodes[0];
        cluster.Say($"{DemoCluster.Name(first)} tells {Service}, and takes it back");
        await cluster.ShowAsync(first, ct, "bgp", "advertise", Service);
        foreach (var node in cluster.Nodes.Skip(1))
            await RouteAsync(node, Service, Via(first), ct);
        await cluster.ShowAsync(first, ct, "bgp", "withdraw", Service);
        foreach (var node in cluster.Nodes.Skip(1))
            await RouteAsync(node, Service, "none", ct);
    }

    private Task RouteAsync(LabNode node, string destination, string expected, CancellationToken ct) => cluster.CompareAsync(
        DemoCluster.Name(node), destination, "route", expected, () => Task.FromResult(WayOf(node, destination)), $"ip route show proto {KubeRouterStandIn.Protocol}", ct);

    private static string Via(LabNode node) => $"via {node.Network.Place.IPv4}";

    private static string WayOf(LabNode node, string destination) => KernelRoutes.Find(node, IPNetwork.Parse(destination)) switch
    {
        null => "none",
        { Protocol: KubeRouterStandIn.Protocol } route => $"via {route.Gateway}",
        var other => string.Create(CultureInfo.InvariantCulture, $"of protocol {other.Protocol}"),
    };

    /// <summary>What the ledger says of a range, and why.</summary>
    private async Task LedgerAsync(LabNode node, IPNetwork range, string expected, CancellationToken ct)
    {
        var why = "";
        await cluster.CompareAsync(DemoCluster.Name(node), range.ToString(), "ledger", expected, async () =>
        {
            var entry = (await node.Agent.Client.GetRouteLedgerAsync(ct)).FirstOrDefault(entry => entry.Destination == range.ToString());
            why = entry?.Why ?? "no entry";
            return why.Contains("is established and does not tell the range", StringComparison.Ordinal) ? $"{entry?.State}, not told" : entry?.State ?? why;
        }, "cilium route ledger", ct);
        cluster.Say($"    {why}");
    }

    private static async Task<string> PeersAsync(LabNode node, CancellationToken ct)
    {
        var peers = await node.Agent.Client.ListBgpPeersAsync(ct);
        return peers.Speaker.Reachable ? DemoCluster.Count(peers.Peers.Count(peer => peer.State == "established"), "established") : peers.Speaker.Detail;
    }

    private async Task<string> RangesAsync(LabNode node, CancellationToken ct)
    {
        var ranges = cluster.Nodes.SelectMany(other => (string[])[other.Network.Place.PodIPv4.ToString(), other.Network.Place.PodIPv6.ToString()]).ToHashSet();
        return DemoCluster.Count((await node.Agent.Client.ListBgpRoutesAsync(ct)).Count(route => route.Best && ranges.Contains(route.Prefix)), "ranges");
    }
}
