using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Servers;
using Cilium.Framework.Lab.Traffic;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

/// <summary>Beside a GoBGP on each node; what kube-router would put into the kernel, a stand-in puts there.</summary>
[Collection("lab")]
[Trait("Needs", "Root")]
public sealed partial class KubeRouterTests(KubeRouterNodes nodes) : MultiNodeTests(nodes), IClassFixture<KubeRouterNodes>
{
    private const byte OwnProtocol = 161;
    private readonly KubeRouterNodes _nodes = nodes;

    [Fact]
    public async Task The_neighbours_are_listed_as_established()
    {
        var output = await CliAsync(0, "bgp", "peers");
        foreach (var peer in (string[])["192.0.2.12", "192.0.2.13", _nodes.Router.IPv4.ToString(), _nodes.Router.IPv6.ToString()])
            Assert.Contains(output.Split('\n'), line => line.StartsWith(peer + " ", StringComparison.Ordinal) && line.Contains(" established ", StringComparison.Ordinal));
        Assert.StartsWith("Speaker: 127.0.0.1:50051: GoBGP ", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_wrapped_and_only_the_nodes_own_ranges_are_routed_by_the_agent()
    {
        for (var node = 0; node < _nodes.Nodes.Count; node++)
        {
            using var netlink = RouteNetlink.Open(_nodes.Nodes[node].Network.Node);
            Assert.DoesNotContain(netlink.ListLinks(), link => link.Name is "cilium_vxlan" or "cilium_geneve" || link.Kind is "vxlan" or "geneve");
            Assert.Equal([$"10.1.{node + 1}.0/24", $"fd00:1:{node + 1}::/64"], OwnRoutes(node));
        }
    }

    [Fact]
    public async Task An_agents_restart_and_fifty_policies_touch_no_route_of_kube_router()
    {
        var before = await DumpAsync();
        await using var changes = new RouteChanges(_nodes.Nodes, KubeRouterStandIn.Protocol);
        await _nodes.Nodes[1].Agent.KillAsync(Stop);
        await _nodes.Nodes[1].StartAgentAsync(Stop);
        try
        {
            for (var i = 0; i < 50; i++)
                await _nodes.Nodes[i % 3].Agent.Client.PutPolicyAsync(Policies.ServerAcceptsClient(8000 + i, "churn"), Stop);
            await TestLab.ImportAsync(_nodes.Nodes[0], Policies.ServerAcceptsClient(9000, "churn"));
        }
        finally
        {
            foreach (var node in _nodes.Nodes)
                await node.Agent.Client.DeletePolicyAsync(["k8s:io.cilium.k8s.policy.name=churn"], Stop);
        }

        await _nodes.AllAreRoutedAsync();
        Assert.Empty(changes.Seen());
        Assert.Equal(before, await DumpAsync());
    }

    [Fact]
    public async Task A_node_that_flaps_leaves_every_route_of_kube_router_as_it_was()
    {
        var before = await DumpAsync();
        await _nodes.Nodes[1].Agent.KillAsync(Stop);
        await _nodes.Speaker(1).Speaker.KillAsync(Stop);
        await Eventually.TrueAsync(() => !HasRoute(0, "10.1.2.0") && !HasRoute(2, "fd00:1:2::"), "the others have no route to the node any more", seconds: 20);
        await _nodes.Speaker(1).RunAsync(Stop);
        await _nodes.Nodes[1].StartAgentAsync(Stop);
        await _nodes.AllAreRoutedAsync();
        Assert.Equal(before, await DumpAsync());
        Assert.True(await PingAsync(0, 1, v6: false) && await PingAsync(0, 1, v6: true), "the node is reached again");
    }

    [Fact]
    public async Task A_node_whose_cable_is_out_until_its_peers_give_it_up_has_every_route_as_before_when_it_is_back()
    {
        var before = await DumpAsync();
        using var node = RouteNetlink.Open(_nodes.Nodes[1].Network.Node);
        using var segment = RouteNetlink.Open(_nodes.Nodes[1].Network.World);
        var port = node.FindLink(LabNetwork.NodeDevice)!.PeerIndex;
        segment.SetDown(port);
        try
        {
            await Eventually.TrueAsync(() => !HasRoute(0, "10.1.2.0") && !HasRoute(2, "fd00:1:2::"), "the others have no route to the node any more", seconds: 20);
        }
        finally
        {
            segment.SetUp(port);
        }

        await _nodes.AllAreRoutedAsync();
        Assert.Equal(before, await DumpAsync());
        Assert.True(await PingAsync(0, 1, v6: false) && await PingAsync(0, 1, v6: true), "the node is reached again");
    }

    [Fact]
    public async Task A_withdrawn_route_breaks_that_path_alone_says_why_and_heals_without_the_agent()
    {
        await using var own = new RouteChanges(_nodes.Nodes, OwnProtocol);
        await using var others = new RouteChanges(_nodes.Nodes, KubeRouterStandIn.Protocol);
        await _nodes.Speaker(1).WithdrawAsync(_nodes.Nodes[1].Network.Place.PodIPv4, Stop);
        var row = "";
        await Eventually.TrueAsync(
            async () => (row = await RouteRowAsync(0, "10.1.2.0/24")).Contains("the node's peer 192.0.2.12 (AS 64512) is established and does not tell the range.", StringComparison.Ordinal),
            () => $"the row says that the peer does not tell the range: {row}");
        Assert.Contains(" Error route 10.1.2.0/24 of node node2: only the default route through 192.0.2.1 leads there: ", row, StringComparison.Ordinal);
        Assert.DoesNotContain(await RowsAsync(0, "node-routes"), other => other.Contains(" Error ", StringComparison.Ordinal) && other != row);
        Assert.False(await PingAsync(0, 1, v6: false, NoAnswer), "the withdrawn range");
        Assert.True(await PingAsync(0, 1, v6: true), "the same node by the other family");
        Assert.True(await PingAsync(0, 2, v6: false), "another node");

        await _nodes.Speaker(1).AnnounceAsync(Stop);
        await Eventually.TrueAsync(async () => await PingAsync(0, 1, v6: false, NoAnswer), "the range is reached again");
        await _nodes.AllAreRoutedAsync();
        Assert.NotEmpty(others.Seen());
        Assert.Empty(own.Seen());
    }

    private Task<bool> PingAsync(int from, int to, bool v6, TimeSpan? timeout = null) =>
        Probe.PingAsync(Pod(from, "client").Namespace, Pod(to, "client").Address(v6), timeout ?? Answer, Stop);

    private async Task<string> RouteRowAsync(int node, string range) => (await RowsAsync(node, "node-routes")).Single(row => row.StartsWith(range + " ", StringComparison.Ordinal));

    private bool HasRoute(int node, string destination) => _nodes.RoutesOf(node).Any(route => route.Destination?.ToString() == destination);

    private List<string> OwnRoutes(int node) =>
        [.. _nodes.AllRoutesOf(node).Where(route => route.Protocol == OwnProtocol && route.Table == Route.MainTable).Select(route => $"{route.Destination}/{route.PrefixLength}")];

    /// <summary>Of kube-router, on all nodes.</summary>
    private Task<string> DumpAsync() => RouteDump.ReadAsync(_nodes.Nodes, KubeRouterStandIn.Protocol);

    private async Task<string> CliAsync(int node, params string[] arguments)
    {
        var (status, output, error) = await TestLab.CliAsync(_nodes.Nodes[node], arguments);
        Assert.True(status == 0, $"cilium {string.Join(' ', arguments)} ended with {status}: {output}{error}");
        return output;
    }
}
