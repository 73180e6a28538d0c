using System.Globalization;
using System.Net;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Servers;

namespace Cilium.Framework.Demo;

/// <summary>Ways to the pods of other nodes: devices and routes in the kernel, the ledger, sizes, and whether health finds them good.</summary>
internal sealed class ClusterRoutes(DemoCluster cluster)
{
    /// <summary>Default of <c>routing.protocol</c>.</summary>
    private const byte Ours = 161;

    private readonly int _ranges = (cluster.Nodes.Count - 1) * 2;
    private readonly byte _protocol = cluster.Profile.Between == Between.KubeRouter ? KubeRouterStandIn.Protocol : Ours;

    public async Task RunAsync(CancellationToken ct)
    {
        foreach (var node in cluster.Nodes)
        {
            await OverlayAsync(node, ct);
            if (cluster.Profile.Between != Between.Network)
                await RoutesAsync(node, ct);
            await MtuAsync(node, ct);
        }

        await cluster.ShowAsync(cluster.Nodes[0], ct, "route", "ledger");
        await cluster.ShowAsync(cluster.Nodes[0], ct, "mtu");
        foreach (var node in cluster.Nodes)
            await cluster.CompareAsync(DemoCluster.Name(node), "all nodes", "health", $"{cluster.Nodes.Count} of {cluster.Nodes.Count}", () => HealthAsync(node, ct), "cilium health", ct);
        await cluster.ShowAsync(cluster.Nodes[0], ct, "health");
        await cluster.ShowAsync(cluster.Nodes[0], ct, "status");
    }

    private Task OverlayAsync(LabNode node, CancellationToken ct) => cluster.CompareAsync(
        DemoCluster.Name(node), "other nodes", "overlay", cluster.Profile.Between == Between.Tunnel ? "cilium_vxlan" : "none", () => Task.FromResult(KernelRoutes.Overlay(node) ?? "none"), "ip -d link", ct);

    private async Task RoutesAsync(LabNode node, CancellationToken ct)
    {
        var ways = DemoCluster.Count(_ranges, cluster.Profile.Between == Between.Tunnel ? "to cilium_host" : "via their nodes");
        await cluster.CompareAsync(
            DemoCluster.Name(node), "other nodes", "routes", ways, () => Task.FromResult(Tally(Others(node).Select(other => WayOf(node, other.Node, other.Range)))), $"ip route show proto {_protocol}", ct);
        var owners = DemoCluster.Count(_ranges, cluster.Profile.Between == Between.KubeRouter ? "kube-router's" : "ours");
        await cluster.CompareAsync(DemoCluster.Name(node), "other nodes", "ledger", owners, () => OwnersAsync(node, ct), "cilium route ledger", ct);
    }

    /// <summary>Ranges of the other nodes, of both families.</summary>
    private IEnumerable<(LabNode Node, IPNetwork Range)> Others(LabNode node) =>
        cluster.Nodes.Where(other => other != node).SelectMany(other => ((LabNode, IPNetwork)[])[(other, other.Network.Place.PodIPv4), (other, other.Network.Place.PodIPv6)]);

    private string WayOf(LabNode node, LabNode other, IPNetwork range)
    {
        if (KernelRoutes.Find(node, range) is not { } route)
            return "missing";
        if (route.Protocol != _protocol)
            return string.Create(CultureInfo.InvariantCulture, $"of protocol {route.Protocol}");
        if (route.Gateway is not { } gateway)
            return $"to {KernelRoutes.Device(node, route.IfIndex)}";
        return gateway.Equals(other.Network.Place.IPv4) || gateway.Equals(other.Network.Place.IPv6) ? "via their nodes" : $"via {gateway}";
    }

    private async Task<string> OwnersAsync(LabNode node, CancellationToken ct)
    {
        var ranges = Others(node).Select(other => other.Range.ToString()).ToHashSet();
        return Tally((await node.Agent.Client.GetRouteLedgerAsync(ct)).Where(entry => ranges.Contains(entry.Destination)).Select(OwnerOf));
    }

    private static string OwnerOf(RouteLedgerEntry entry) => entry switch
    {
        { State: "foreign", Owner: "mrouted (kube-router)" } => "kube-router's",
        { State: "foreign" } => $"of {entry.Owner}",
        _ => entry.State,
    };

    private async Task MtuAsync(LabNode node, CancellationToken ct)
    {
        var seen = await node.Agent.Client.GetMtuAsync(ct);
        cluster.Compare(
            DemoCluster.Name(node), "other nodes", "mtu", Size(cluster.Profile.Encapsulation, DemoCluster.CableMtu - cluster.Profile.Overhead), Size(seen.Encapsulation, seen.RouteMtu), "cilium mtu");
    }

    private static async Task<string> HealthAsync(LabNode node, CancellationToken ct)
    {
        var health = await node.Agent.Client.GetHealthAsync(ct);
        // Nodes without a health endpoint would show less than what pods go through.
        return string.Create(CultureInfo.InvariantCulture, $"{health.Nodes.Count(shown => shown is { State: "reachable", Host.Count: 2, Endpoint.Count: 2 })} of {health.Nodes.Count}");
    }

    private static string Tally(IEnumerable<string> words) => string.Join(", ", words.GroupBy(word => word).Select(group => DemoCluster.Count(group.Count(), group.Key)).DefaultIfEmpty("none"));

    private static string Size(string encapsulation, int mtu) => string.Create(CultureInfo.InvariantCulture, $"{encapsulation}, {mtu} bytes");
}
