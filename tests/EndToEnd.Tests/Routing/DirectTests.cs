using System.Net.Sockets;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class DirectTests(DirectNodes nodes) : MultiNodeTests(nodes), IClassFixture<DirectNodes>
{
    private readonly DirectNodes _nodes = nodes;

    [Fact]
    public async Task A_route_that_somebody_deletes_is_back_at_once()
    {
        using var netlink = RouteNetlink.Open(_nodes.Nodes[0].Network.Node);
        Route? Find() => netlink.ListRoutes(AddressFamily.InterNetwork).SingleOrDefault(route => route.Destination?.ToString() == "10.1.2.0" && route.PrefixLength == 24);
        await Eventually.TrueAsync(() => Find() is { Protocol: 161 }, "node1 has a route to the pods of node2");
        var before = Find()!;
        netlink.DeleteRoute(before);
        await Eventually.TrueAsync(() => before.Equals(Find()), "the route is back as it was", seconds: 3);
    }

    [Fact]
    public async Task Nothing_is_wrapped_and_no_device_is_made()
    {
        using var netlink = RouteNetlink.Open(_nodes.Nodes[0].Network.Node);
        Assert.DoesNotContain(netlink.ListLinks(), link => link.Name is "cilium_vxlan" or "cilium_geneve");
        Assert.DoesNotContain(await RowsAsync(0, "devices"), row => row.Contains("Overlay", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_is_left_of_another_routing_that_the_node_had_for_a_while()
    {
        var node = _nodes.Nodes[2];
        using var netlink = RouteNetlink.Open(node.Network.Node);
        var before = await NodeDump.OfAsync(node);
        await RestartAsync(node, "routing.provider=tunnel");
        await Eventually.TrueAsync(() => netlink.FindLink("cilium_vxlan") is { IsUp: true } && netlink.ListRoutes(AddressFamily.InterNetwork).Any(route => route.Destination?.ToString() == "10.1.1.0" && route.Gateway is null), "packets to node1 are wrapped");
        await RestartAsync(node);
        var after = "";
        await Eventually.TrueAsync(async () => (after = await NodeDump.OfAsync(node)) == before, () => $"the node is as before:\n{before}\nIt is:\n{after}", seconds: 20);
    }

    private async Task RestartAsync(Lab.LabNode node, params string[] settings)
    {
        await node.Agent.KillAsync(Stop);
        await node.StartAgentAsync(Stop, settings: settings);
        await Stores.ClusterView.AllSeeEverythingAsync(_nodes.Nodes, seconds: 20);
    }
}
