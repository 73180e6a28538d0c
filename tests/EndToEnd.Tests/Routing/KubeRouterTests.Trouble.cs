using Cilium.Framework.Client.Models;
using Cilium.Framework.EndToEnd.Tests.Stores;
using Cilium.Framework.Lab;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

/// <summary>What is configured wrongly is said, and costs nothing of what there is.</summary>
public sealed partial class KubeRouterTests
{
    [Fact]
    public async Task Where_nobody_listens_at_the_port_the_agent_says_so_and_verifies_routes_all_the_same()
    {
        const string Gobgp = "gobgp http://127.0.0.1:50999: it cannot be asked which version it is: nobody listens there. "
            + "Start kube-router with its GoBGP port (--gobgp-admin-port and --gobgp-admin-address, where it has them), or correct the address";
        await WithSettingAsync("routing.kube-router.api-address=127.0.0.1:50999", $"{Gobgp}. Routes that the kernel has stay; it is tried again by itself.", async () =>
        {
            var (status, output, error) = await TestLab.CliAsync(_nodes.Nodes[0], "bgp", "peers");
            Assert.Equal((1, $"Speaker: 127.0.0.1:50999: {Gobgp}.\n"), (status, output));
            Assert.Contains("the routing daemon on 127.0.0.1:50999 cannot be spoken with, so that its peers are not known.", error, StringComparison.Ordinal);

            await _nodes.Speaker(1).WithdrawAsync(_nodes.Nodes[1].Network.Place.PodIPv4, Stop);
            var row = "";
            await Eventually.TrueAsync(
                async () => (row = await RouteRowAsync(0, "10.1.2.0/24")).Contains($" Error route 10.1.2.0/24 of node node2: only the default route through 192.0.2.1 leads there: {Gobgp}.", StringComparison.Ordinal),
                () => $"the row says that the route is missing: {row}");
            await _nodes.Speaker(1).AnnounceAsync(Stop);
            await _nodes.AllAreRoutedAsync();
        });
    }

    [Fact]
    public async Task Where_the_gobgp_is_of_another_as_than_configured_the_agent_says_so_and_verifies_routes_all_the_same()
    {
        const string Consequence = "othing is learnt from it and nothing advertised through it";
        await WithSettingAsync(
            "routing.kube-router.asn=65001",
            $"gobgp http://127.0.0.1:50051: it is of AS 64512, but routing:kube-router:asn says 65001. N{Consequence}; correct one of the two. Routes that the kernel has stay; it is tried again by itself.",
            async () => Assert.EndsWith($", AS 64512 instead of the 65001 of routing:kube-router:asn, router 192.0.2.11: n{Consequence}", (await CliAsync(0, "bgp", "peers")).Split('\n')[0], StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_neighbour_that_is_configured_with_a_wrong_as_is_never_established_and_said_to_be_so()
    {
        var before = await DumpAsync();
        var speaker = _nodes.Speaker(0).Speaker;
        await speaker.CommandAsync(Stop, "neighbor", "del", "192.0.2.12");
        await speaker.CommandAsync(Stop, "neighbor", "add", "192.0.2.12", "as", "64999", "family", "ipv4-unicast,ipv6-unicast");
        try
        {
            foreach (var range in (string[])["10.1.2.0/24", "fd00:1:2::/64"])
            {
                var row = "";
                await Eventually.TrueAsync(
                    async () => (row = await RouteRowAsync(0, range)).Contains("; this node is of AS 64512, so check that the other is of AS 64999.", StringComparison.Ordinal),
                    () => $"the row says that the peer may be of another AS: {row}",
                    seconds: 20);
                Assert.Contains("the session with the node's peer 192.0.2.12 (AS 64999) is ", row, StringComparison.Ordinal);
            }

            var peer = Assert.Single((await CliAsync(0, "bgp", "peers")).Split('\n'), line => line.StartsWith("192.0.2.12 ", StringComparison.Ordinal));
            Assert.Matches(@"^192\.0\.2\.12 +64999 +(idle|connect|active|opensent|openconfirm) +\S+ +0 +0 +0$", peer.TrimEnd());
            Assert.True(await PingAsync(0, 2, v6: false), "the third node is reached as before");
        }
        finally
        {
            // It starts with the right one.
            await speaker.KillAsync(Stop);
            await _nodes.Speaker(0).RunAsync(Stop);
        }

        await _nodes.AllAreRoutedAsync();
        Assert.Equal(before, await DumpAsync());
    }

    [Fact]
    public async Task A_router_outside_without_a_session_is_no_warning_and_a_node_that_is_missed_for_its_session_is()
    {
        var router = _nodes.Router.IPv4.ToString();
        await WithoutSessionAsync(router, async () =>
        {
            var status = await UntilStatusAsync(status => Gobgp(status).Contains($"; 3 of 4 peers established; the others: {router} (AS 65000) idle", StringComparison.Ordinal));
            Assert.Equal("Ok", status.Cilium.State);
        });
        await WithoutSessionAsync("192.0.2.12", async () =>
        {
            var status = await UntilStatusAsync(status => status.Health.Any(entry => entry.Level == "Degraded" && entry.Message.Contains("the session with the node's peer 192.0.2.12 (AS 64512) is idle", StringComparison.Ordinal)));
            Assert.Equal("Warning", status.Cilium.State);
            Assert.Contains("; 3 of 4 peers established; the others: 192.0.2.12 (AS 64512) idle", Gobgp(status), StringComparison.Ordinal);
        });

        static string Gobgp(StatusResponse status) => status.Health.Single(entry => entry.Path.EndsWith("gobgp", StringComparison.Ordinal)).Message;

        async Task<StatusResponse> UntilStatusAsync(Func<StatusResponse, bool> isReached)
        {
            StatusResponse? status = null;
            await Eventually.TrueAsync(
                async () => isReached(status = await _nodes.Nodes[0].Agent.Client.GetStatusAsync(Stop)),
                () => $"the status that is awaited; it is {status!.Cilium.State}:\n{string.Join('\n', status.Health.Select(entry => $"{entry.Level} {entry.Path}: {entry.Message}"))}",
                seconds: 40);
            return status!;
        }

        async Task WithoutSessionAsync(string peer, Func<Task> assert)
        {
            await _nodes.Speaker(0).Speaker.CommandAsync(Stop, "neighbor", peer, "disable");
            try
            {
                await assert();
            }
            finally
            {
                await _nodes.Speaker(0).Speaker.CommandAsync(Stop, "neighbor", peer, "enable");
            }

            await UntilStatusAsync(status => status.Cilium.State == "Ok" && Gobgp(status).EndsWith("; 4 of 4 peers established", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Routes_are_the_agents_own_where_it_is_told_to_install_them_and_gone_when_it_is_not_any_more()
    {
        var node = _nodes.Nodes[2];
        await _nodes.Speaker(2).StopRoutesAsync();
        await node.Agent.KillAsync(Stop);
        try
        {
            using (var netlink = RouteNetlink.Open(node.Network.Node))
            {
                foreach (var route in _nodes.RoutesOf(2))
                    netlink.DeleteRoute(route);
            }

            await node.StartAgentAsync(Stop, settings: "routing.kube-router.install-routes=true");
            string[] all = ["10.1.1.0/24", "10.1.2.0/24", "10.1.3.0/24", "fd00:1:1::/64", "fd00:1:2::/64", "fd00:1:3::/64"];
            await Eventually.TrueAsync(() => OwnRoutes(2).SequenceEqual(all), "the agent has installed the routes");
            Assert.Empty(_nodes.RoutesOf(2));
            Assert.True(await PingAsync(2, 0, v6: false) && await PingAsync(2, 1, v6: true), "pods of the others are reached by them");
        }
        finally
        {
            await _nodes.Speaker(2).RunAsync(Stop);
            await RestartAsync(node);
        }

        await _nodes.AllAreRoutedAsync();
        Assert.Equal(["10.1.3.0/24", "fd00:1:3::/64"], OwnRoutes(2));
    }

    /// <summary>Ends the agent, if it runs, and starts it with the settings that the lab began with.</summary>
    private static async Task RestartAsync(LabNode node)
    {
        if (node.IsRunning)
            await node.Agent.KillAsync(Stop);
        await node.StartAgentAsync(Stop);
    }

    /// <summary>Starts the first node's agent with a setting of which its GoBGP's part of the status must speak; the node is as before then and afterwards.</summary>
    private async Task WithSettingAsync(string setting, string said, Func<Task> assert)
    {
        var node = _nodes.Nodes[0];
        var (routes, described) = (await RouteDump.ReadAsync([node]), await ClusterView.DescribeAsync(node));
        await node.Agent.KillAsync(Stop);
        try
        {
            await node.StartAgentAsync(status => status.Health.Any(entry => entry.Path.EndsWith("gobgp", StringComparison.Ordinal) && entry.Level == "Degraded" && entry.Message == said), Stop, layout: null, setting);
            await AllIsAsBeforeAsync();
            await assert();
        }
        finally
        {
            await RestartAsync(node);
        }

        await AllIsAsBeforeAsync();

        async Task AllIsAsBeforeAsync()
        {
            await _nodes.AllAreRoutedAsync();
            var now = "";
            await Eventually.TrueAsync(async () => (now = await ClusterView.DescribeAsync(node)) == described, () => $"the node's endpoints are as before:\n{described}\nThey are:\n{now}");
            Assert.Equal(routes, await RouteDump.ReadAsync([node]));
            Assert.True(await PingAsync(0, 1, v6: false) && await PingAsync(1, 0, v6: true), "pods of other nodes");
        }
    }
}
