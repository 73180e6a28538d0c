using System.Globalization;
using Cilium.Framework.Client.Models;
using Cilium.Framework.EndToEnd.Tests.Stores;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Traffic;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.EndToEnd.Tests;

/// <summary>Nodes ask each other, at their own addresses and on the path that pods take.</summary>
[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class HealthTests : IAsyncLifetime
{
    private const int Count = 2;

    /// <summary>A dead node stays known longer than the test looks at it.</summary>
    private static readonly string[] Settings = ["health.enabled=true", "health.interval=1", "kvstore.lease-ttl=60"];

    private readonly TemporaryFolder _folder = new();
    private LabCluster? _lab;
    private StoreServers? _etcd;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private IReadOnlyList<LabNode> Nodes => _lab!.Nodes;

    public async ValueTask InitializeAsync()
    {
        EtcdStore.Require();
        TestLab.RequireAll();
        try
        {
            _lab = LabCluster.Create(string.Create(CultureInfo.InvariantCulture, $"n{Environment.ProcessId}"));
            _etcd = await EtcdServers.StartAsync(_lab, members: 1, Directory.CreateDirectory(_folder["servers"]).FullName, Stop);
            await _lab.StartNodesAsync(Count, TestLab.Layout, _folder.Path, [.. TestLab.Variant, .. _etcd.Settings, .. Settings], Stop);
        }
        catch
        {
            // Nobody disposes of what did not begin.
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            foreach (var node in _lab?.Nodes ?? [])
                TestContext.Current.SendDiagnosticMessage($"{node.Folder}:\n{node.LogTail()}");
        }

        if (_lab is not null)
            await _lab.DisposeAsync();
        _etcd?.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Nodes_reach_each_other_on_every_path_and_say_which_one_is_lost_and_found_again()
    {
        foreach (var node in Nodes)
            await ShowsAsync(node, health => health.Reachable == Count && health.Nodes.All(shown => shown is { Host.Count: 2, Endpoint.Count: 2 }), "every path of every node answers");
        var (status, output, error) = await TestLab.CliAsync(Nodes[0], "health");
        Assert.Equal((0, ""), (status, error));
        Assert.EndsWith("2 of 2 nodes reachable", output.TrimEnd(), StringComparison.Ordinal);
        Assert.Contains("\nCluster health: 2/2 reachable\n", (await TestLab.CliAsync(Nodes[0], "status")).Output, StringComparison.Ordinal);

        // No agent, no greeting; the kernel still answers pings, also those of the health endpoint.
        await Nodes[1].Agent.KillAsync(Stop);
        await ShowsAsync(Nodes[0], health => health.Reachable == 1 && Other(health) is { } lost
            && lost.Host.Concat(lost.Endpoint).All(path => path is { Icmp.State: "reachable", Http: { State: "unreachable", Status: "connection refused: no agent answers there" } }), "the dead agent is noticed on every path");
        Assert.Equal(1, (await TestLab.CliAsync(Nodes[0], "health")).Status);
        await Nodes[1].StartAgentAsync(Stop);
        await ShowsAsync(Nodes[0], health => health.Reachable == Count, "it is found again");
    }

    [Fact]
    public async Task A_health_endpoint_is_kept_over_a_restart_without_a_lost_packet_and_removed_by_a_cleanup()
    {
        var node = Nodes[0];
        await ShowsAsync(node, health => health.Reachable == Count, "every node is reachable");
        var before = await DescribeAsync(node);
        var address = (await EndpointAsync(node)).Status.Networking.Addressing[0].Ipv4!;
        var pinging = StartPinging(node, address);
        await node.Agent.KillAsync(Stop);
        await node.StartAgentAsync(Stop);
        await ShowsAsync(node, health => health.Reachable == Count, "every node is reachable again");
        Assert.Equal(before, await DescribeAsync(node));
        Assert.Equal(0, await pinging());

        await node.Agent.KillAsync(Stop);
        var (status, output, _) = await TestLab.CliAsync(node, "cleanup", "--force");
        Assert.Equal(0, status);
        Assert.Contains("health endpoint", output, StringComparison.Ordinal);
        using var netlink = RouteNetlink.Open(node.Network.Node);
        Assert.Null(netlink.FindLink("lxc_health"));

        // Turned off, nothing of it comes back.
        await node.StartAgentAsync(Stop, settings: ["health.enabled=false"]);
        await Eventually.TrueAsync(async () => !(await node.Agent.Client.ListEndpointsAsync(Stop)).Any(IsHealth), "the endpoint is forgotten");
        await Eventually.TrueAsync(async () => !(await node.Agent.Client.GetTableAsync("ipam", Stop)).Rows.Any(row => row[1] == "health"), "its addresses are free");
    }

    private static bool IsHealth(Endpoint endpoint) => endpoint.Status.Networking.InterfaceName == "lxc_health";

    private static NodeHealth? Other(ClusterHealth health) => health.Nodes.SingleOrDefault(node => node.Name != health.Self);

    private static async Task<Endpoint> EndpointAsync(LabNode node) => (await node.Agent.Client.ListEndpointsAsync(Stop)).Single(IsHealth);

    /// <summary>What must not change: number, device, addresses, identity, and what others read of it.</summary>
    private async Task<string> DescribeAsync(LabNode node)
    {
        var endpoint = await EndpointAsync(node);
        Assert.Equal(("ready", 4L), (endpoint.Status.State, endpoint.Status.Identity?.Id));
        var stored = (await _etcd!.ReadAsync(Stop)).Single(entry => entry.Key.EndsWith("/node1", StringComparison.Ordinal)).Value;
        return $"{endpoint.Id} {endpoint.Status.Networking.InterfaceIndex} {endpoint.Status.Networking.Addressing[0]} {stored}";
    }

    private static async Task ShowsAsync(LabNode node, Func<ClusterHealth, bool> condition, string awaited)
    {
        var seen = "";
        await Eventually.TrueAsync(
            async () =>
            {
                var health = await node.Agent.Client.GetHealthAsync(Stop);
                seen = string.Join('\n', health.Nodes.Select(shown => $"{shown.Name} {shown.State}: {string.Join(", ", shown.Host.Concat(shown.Endpoint).Select(path => $"{path.Ip} icmp {path.Icmp.State} {path.Icmp.Status} http {path.Http.State} {path.Http.Status}"))}"));
                return condition(health);
            },
            () => $"{node.Folder}: {awaited}; there is\n{seen}",
            30);
    }

    /// <summary>Pings from the node until asked how many were lost.</summary>
    private static Func<Task<int>> StartPinging(LabNode node, string address)
    {
        var stop = new CancellationTokenSource();
        var running = RunAsync();
        return async () =>
        {
            await stop.CancelAsync();
            var (sent, lost) = await running;
            stop.Dispose();
            Assert.InRange(sent, 10, int.MaxValue);
            return lost;
        };

        async Task<(int Sent, int Lost)> RunAsync()
        {
            var (sent, lost, to) = (0, 0, System.Net.IPAddress.Parse(address));
            while (!stop.IsCancellationRequested)
            {
                lost += await Probe.PingAsync(node.Network.Node, to, Patience.Of(TimeSpan.FromSeconds(2)), Stop) ? 0 : 1;
                sent++;
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Stop);
            }

            return (sent, lost);
        }
    }
}
