using Cilium.Framework.Netlink;

namespace Cilium.Framework.Demo;

/// <summary>What only routes between nodes have: somebody can delete them, and they come back.</summary>
internal sealed class DirectStory(DemoCluster cluster)
{
    public async Task RunAsync(CancellationToken ct)
    {
        cluster.Say("Somebody deletes routes of node1 to node2");
        foreach (var v6 in (bool[])[false, true])
            await DeletedAsync(v6, ct);
    }

    private async Task DeletedAsync(bool v6, CancellationToken ct)
    {
        var (node, other) = (cluster.Nodes[0], cluster.Nodes[1]);
        var range = v6 ? other.Network.Place.PodIPv6 : other.Network.Place.PodIPv4;
        var before = KernelRoutes.Find(node, range);
        if (before is not null)
        {
            using var netlink = RouteNetlink.Open(node.Network.Node);
            netlink.DeleteRoute(before);
        }

        await cluster.CompareAsync(
            DemoCluster.Name(node), DemoCluster.Name(other), v6 ? "route v6" : "route v4", "as it was",
            () => Task.FromResult(KernelRoutes.Find(node, range) is { } after ? after.Equals(before) ? "as it was" : after.ToString() : "gone"), $"ip route del {range}", ct);
        await cluster.PingAsync(node, other, v6, arrives: true, "after the route came back", ct);
    }
}
