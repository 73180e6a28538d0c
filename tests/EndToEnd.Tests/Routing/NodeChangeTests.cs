using System.Net;
using Cilium.Framework.EndToEnd.Tests.Stores;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Traffic;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

/// <summary>A node that goes, or comes back as another: the others follow, and their own traffic does not notice. Node3 is the one that changes.</summary>
public abstract class NodeChangeTests(RoutedNodes nodes) : IAsyncLifetime
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Answer = Patience.Of(TimeSpan.FromMilliseconds(500));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private LabNode Changing => nodes.Nodes[2];

    public async ValueTask InitializeAsync() => await nodes.HealAsync(Stop);

    public ValueTask DisposeAsync()
    {
        nodes.ShowLogsOfFailure();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_node_that_is_gone_leaves_no_route_and_no_address_on_the_others()
    {
        await RestartAsync("kvstore.lease-ttl=2");
        var others = nodes.Nodes.Take(2).ToList();
        await using var traffic = await TrafficAsync();
        await Changing.Agent.KillAsync(Stop);
        await ClusterView.AllSeeAsync(others, 2, await ClusterView.PodsAsync(others), seconds: 20);
        foreach (var other in others)
            await Eventually.TrueAsync(() => !RoutesOf(other).Any(range => range is "10.1.3.0/24" or "fd00:1:3::/64"), "no route to the ranges of the node that is gone");
        await UndisturbedAsync(traffic);
    }

    [Fact]
    public async Task A_node_with_another_address_is_reached_there()
    {
        var (ipv4, ipv6) = (IPAddress.Parse("192.0.2.63"), IPAddress.Parse("2001:db8::63"));
        await using var traffic = await TrafficAsync();
        await Changing.Agent.KillAsync(Stop);
        using (var device = new UnderlayDevice(Changing))
            device.Readdress([ipv4, ipv6]);
        await Changing.StartAgentAsync(Stop);
        await ReachEachOtherAsync();
        await Eventually.TrueAsync(
            async () => (await nodes.Nodes[0].Agent.Client.GetTableAsync("nodes", Stop)).Rows.Any(row => row.Any(cell => cell.Contains(ipv4.ToString(), StringComparison.Ordinal)) && row.Any(cell => cell.Contains(ipv6.ToString(), StringComparison.Ordinal))),
            "node1 has the new addresses");
        await UndisturbedAsync(traffic);
    }

    [Fact]
    public async Task A_node_with_other_ranges_is_reached_in_them_and_no_more_in_the_former()
    {
        await using var traffic = await TrafficAsync();
        await RestartAsync("ipv4.pod-cidr=10.1.33.0/24", "ipv6.pod-cidr=fd00:1:33::/64");
        var pod = await Changing.AddPodAsync("moved", ["k8s:app=client"], Stop);
        Assert.Equal(("10.1.33", "fd00:1:33::"), (pod.IPv4.ToString()[..7], pod.IPv6.ToString()[..11]));
        await ReachAsync(nodes.Nodes[0].Pods[0], pod);
        await Eventually.TrueAsync(() => RoutesOf(nodes.Nodes[0]).Order(StringComparer.Ordinal).SequenceEqual(Ranges(33)), "node1 has routes to the new ranges, and none to the former");
        await Changing.RemovePodAsync(pod, Stop);
        await RestartAsync();
        await ReachEachOtherAsync();
        Assert.Equal(Ranges(3), RoutesOf(nodes.Nodes[0]).Order(StringComparer.Ordinal));
        await UndisturbedAsync(traffic);
    }

    [Fact]
    public async Task A_range_that_another_node_has_already_stays_with_that_one_and_is_reported()
    {
        await using var traffic = await TrafficAsync();
        await Changing.Agent.KillAsync(Stop);
        await Changing.StartAgentAsync(_ => true, Stop, settings: ["ipv4.pod-cidr=10.1.2.0/24"]);
        const string Others = "range 10.1.2.0/24 of node default/node3 overlaps 10.1.2.0/24 of node default/node2, which comes first. It is left out. Give every node a range of its own.";
        const string Own = "range 10.1.2.0/24 of node default/node2 overlaps 10.1.2.0/24, which this node uses itself. It is left out here; other nodes keep the one that they knew first, and may not reach this node's endpoints. Give every node a range of its own.";
        foreach (var (node, name, expected) in ((LabNode, string, string)[])[(nodes.Nodes[0], "node1", Others), (Changing, "node3, which came second,", Own)])
        {
            var health = "";
            await Eventually.TrueAsync(
                async () => (health = string.Join('\n', (await node.Agent.Client.GetStatusAsync(Stop)).Health.Where(entry => entry.Level == "Degraded").Select(entry => entry.Message))) == expected,
                () => $"{name} reports it; it says: {health}",
                seconds: 20);
        }

        await UndisturbedAsync(traffic);
        await RestartAsync();
        await ReachEachOtherAsync();
    }

    [Fact]
    public async Task A_device_that_flaps_or_gets_another_name_carries_traffic_again_by_itself()
    {
        await using var traffic = await TrafficAsync();
        using var device = new UnderlayDevice(Changing);
        foreach (var name in (string[])[LabNetwork.NodeDevice, "uplink0", LabNetwork.NodeDevice])
        {
            device.Flap(name);
            await ReachEachOtherAsync();
            await Eventually.TrueAsync(
                async () => (await Changing.Agent.Client.GetTableAsync("devices", Stop)).Rows.Any(row => row.Contains(name) && row.Contains("Done")), $"the agent of node3 attaches to {name}", seconds: 20);
            await ReachEachOtherAsync();
        }

        await UndisturbedAsync(traffic);
    }

    [Fact]
    public async Task A_device_that_gets_its_addresses_anew_carries_traffic_again_by_itself()
    {
        await using var traffic = await TrafficAsync();
        using (var device = new UnderlayDevice(Changing))
            device.Readdress(device.Addresses);
        await ReachEachOtherAsync();
        await UndisturbedAsync(traffic);
    }

    [Fact]
    public async Task A_device_of_the_agents_own_that_somebody_switches_off_or_removes_is_back()
    {
        using var netlink = RouteNetlink.Open(Changing.Network.Node);
        foreach (var name in netlink.ListLinks().Select(link => link.Name).Where(name => name is "cilium_host" or "cilium_vxlan").ToList())
        {
            foreach (var spoil in (Action<int>[])[netlink.SetDown, netlink.DeleteLink])
            {
                spoil(netlink.FindLink(name)!.Index);
                await Eventually.TrueAsync(() => netlink.FindLink(name) is { IsUp: true }, $"{name} is back");
                foreach (var v6 in (bool[])[false, true])
                    await Eventually.TrueAsync(() => Probe.PingAsync(Changing.Network.Node, nodes.Nodes[0].Pods[0].Address(v6), Answer, Stop), $"node3 reaches {nodes.Nodes[0].Pods[0].Address(v6)}");
                await ReachEachOtherAsync();
            }
        }
    }

    private static IEnumerable<string> Ranges(int changing) => ((string[])["10.1.2.0/24", $"10.1.{changing}.0/24", "fd00:1:2::/64", $"fd00:1:{changing}::/64"]).Order(StringComparer.Ordinal);

    /// <summary>Ranges of other nodes to which node1 or node2 has a route.</summary>
    private static IEnumerable<string> RoutesOf(LabNode node)
    {
        using var netlink = RouteNetlink.Open(node.Network.Node);
        return [.. new[] { System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.AddressFamily.InterNetworkV6 }.SelectMany(netlink.ListRoutes)
            .Where(route => route.Protocol == 161 && route.Destination is { } range && !node.Network.Place.PodIPv4.Contains(range) && !node.Network.Place.PodIPv6.Contains(range))
            .Select(route => $"{route.Destination}/{route.PrefixLength}")];
    }

    private async Task RestartAsync(params string[] settings)
    {
        await Changing.Agent.KillAsync(Stop);
        await Changing.StartAgentAsync(Stop, settings: settings);
        await ClusterView.AllSeeEverythingAsync(nodes.Nodes, seconds: 20);
    }

    private Task<DatagramStream> TrafficAsync()
    {
        var (from, to) = (nodes.Nodes[0].Pods[0], nodes.Nodes[1].Pods[0]);
        return DatagramStream.StartAsync(from.Namespace, to.Namespace, to.IPv4, SharedStore.SecondPort, Pace, expectArrival: true, Stop);
    }

    private static async Task UndisturbedAsync(DatagramStream traffic)
    {
        await Eventually.TrueAsync(() => traffic.SoFar.Sent > 1000, "enough was sent to notice a loss");
        var passed = await traffic.StopAsync();
        Assert.Equal((0, 0), (passed.Lost, passed.SocketDrops));
    }

    private async Task ReachEachOtherAsync()
    {
        await ReachAsync(nodes.Nodes[0].Pods[0], Changing.Pods[0]);
        await ReachAsync(Changing.Pods[0], nodes.Nodes[1].Pods[0]);
    }

    private static async Task ReachAsync(LabPod from, LabPod to)
    {
        foreach (var v6 in (bool[])[false, true])
            await Eventually.TrueAsync(() => Probe.PingAsync(from.Namespace, to.Address(v6), Answer, Stop), $"{from.Address(v6)} reaches {to.Address(v6)}", seconds: 20);
    }
}
