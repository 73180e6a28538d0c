using Cilium.Framework.Lab;

namespace Cilium.Framework.Demo;

/// <summary>The story of nodes that share a store: what one of them knows, all of them know, a rule on one judges pods of all, and packets find their way between
/// them as the profile's routing says.</summary>
/// <param name="cluster">The nodes.</param>
/// <param name="mesh">What runs beside the agents; null where nothing does.</param>
internal sealed class ClusterScenario(DemoCluster cluster, BgpMesh? mesh)
{
    private readonly ClusterKnowledge _knowledge = new(cluster);
    private readonly ClusterTraffic _traffic = new(cluster);

    public async Task RunAsync(CancellationToken ct)
    {
        cluster.Say(cluster.Profile.Ways);
        cluster.Say("Every node learns of the others from the store");
        await _knowledge.NodesAsync(ct);
        cluster.Say($"Adding pods on every node: {string.Join(", ", DemoCluster.Apps)}");
        await cluster.AddPodsAsync(ct);
        await _knowledge.IdentitiesAsync(ct);
        foreach (var node in cluster.Nodes)
            await _knowledge.AddressesAsync(node, ct);
        cluster.Say("Ways between the nodes");
        await new ClusterRoutes(cluster).RunAsync(ct);
        cluster.Say("Importing web.yaml on every node");
        foreach (var node in cluster.Nodes)
            await new RuleFiles(node).ImportAsync(["web.yaml"], ct);
        await _traffic.RunAsync(ct);
        await new ClusterPackets(cluster).RunAsync(ct);
        await RoutingAsync(ct);
        foreach (var node in cluster.Nodes)
            await CrashAsync(node, ct);
    }

    /// <summary>What only this routing has.</summary>
    private Task RoutingAsync(CancellationToken ct) => cluster.Profile.Between switch
    {
        Between.Tunnel => new TunnelStory(cluster).RunAsync(ct),
        Between.Nodes => new DirectStory(cluster).RunAsync(ct),
        Between.KubeRouter => new KubeRouterStory(cluster, mesh!).RunAsync(ct),
        _ => Task.CompletedTask,
    };

    private async Task CrashAsync(LabNode node, CancellationToken ct)
    {
        cluster.Say($"The agent of {DemoCluster.Name(node)} is killed with -9 and started again under traffic");
        await _traffic.WithoutLossAsync(DemoCluster.Name(node), async () =>
        {
            await node.Agent.KillAsync(ct);
            await node.StartAgentAsync(ct);
        }, ct);
        await _knowledge.AddressesAsync(node, ct);
    }
}
