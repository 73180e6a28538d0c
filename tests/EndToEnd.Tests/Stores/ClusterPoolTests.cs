using System.Diagnostics;
using System.Globalization;
using System.Net;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Traffic;

namespace Cilium.Framework.EndToEnd.Tests.Stores;

/// <summary>Nodes whose ranges nobody configured claim them in etcd, and keep them.</summary>
[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class ClusterPoolTests : IAsyncLifetime
{
    private const int Count = 3;
    private const string Claims = "cilium/framework/v1/pod-cidrs/";
    private static readonly IPNetwork Pool4 = IPNetwork.Parse("10.1.0.0/22");
    private static readonly IPNetwork Pool6 = IPNetwork.Parse("fd00:1::/62");

    private readonly TemporaryFolder _folder = new();
    private LabCluster? _lab;
    private StoreServers? _etcd;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private IReadOnlyList<LabNode> Nodes => _lab!.Nodes;

    private StoreServers Etcd => _etcd!;

    public async ValueTask InitializeAsync()
    {
        EtcdStore.Require();
        TestLab.RequireAll();
        try
        {
            await StartAsync();
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
    public async Task Nodes_agree_on_ranges_and_keep_them_without_the_store_after_a_wipe_and_until_they_are_removed()
    {
        var ranges = await Task.WhenAll(Nodes.Select(RangesAsync));
        Assert.Equal(2 * Count, ranges.SelectMany(range => range).Distinct().Count());
        foreach (var (ipv4, ipv6) in ranges.Select(range => (range[0], range[1])))
            Assert.True(Pool4.Contains(IPNetwork.Parse(ipv4).BaseAddress) && Pool6.Contains(IPNetwork.Parse(ipv6).BaseAddress), $"{ipv4} and {ipv6} are of the pools");
        Assert.Equal(ranges.SelectMany(range => range).Select(range => Claims + range).Order(StringComparer.Ordinal), await ClaimsAsync());

        // Devices and routes followed: pods reach each other, and all nodes know all pods.
        var (one, two) = (await Nodes[0].AddPodAsync("one", ["k8s:app=one"], Stop), await Nodes[0].AddPodAsync("two", ["k8s:app=two"], Stop));
        await Nodes[1].AddPodAsync("far", ["k8s:app=far"], Stop);
        Assert.True(IPNetwork.Parse(ranges[0][0]).Contains(one.IPv4));
        await ClusterView.AllSeeEverythingAsync(Nodes, seconds: 5);
        await using var stream = await DatagramStream.StartAsync(one.Namespace, two.Namespace, two.IPv4, SharedStore.Port, TimeSpan.FromMilliseconds(2), expectArrival: true, Stop);

        await Nodes[0].Agent.KillAsync(Stop);
        await Etcd.KillAsync(Stop);
        await Nodes[0].StartAgentAsync(status => status.Kvstore.State == "Failure", Stop);
        Assert.Equal(ranges[0], await RangesAsync(Nodes[0]));
        await Etcd.RunAsync(Stop);
        await ClusterView.AllSeeEverythingAsync(Nodes, seconds: 10);

        await Etcd.DeleteAllAsync(Stop);
        await Eventually.TrueAsync(async () => (await ClaimsAsync()).Count == 2 * Count, "every claim is back", 5);
        Assert.Equal(ranges.SelectMany(range => range), (await Task.WhenAll(Nodes.Select(RangesAsync))).SelectMany(range => range));
        await ClusterView.AllSeeEverythingAsync(Nodes, seconds: 10);
        var result = await stream.StopAsync();
        Assert.InRange(result.Sent, 100, long.MaxValue);
        Assert.Equal(0, result.Lost);

        var removed = Nodes[2];
        await removed.Agent.KillAsync(Stop);
        var output = await CleanupAsync(removed);
        foreach (var range in ranges[2])
            Assert.Contains($"claim of {range}\n", output, StringComparison.Ordinal);
        Assert.Equal(ranges.Take(2).SelectMany(range => range).Select(range => Claims + range).Order(StringComparer.Ordinal), await ClaimsAsync());
    }

    private async Task StartAsync()
    {
        _lab = LabCluster.Create(string.Create(CultureInfo.InvariantCulture, $"c{Environment.ProcessId}"));
        _etcd = await EtcdServers.StartAsync(_lab, members: 1, Directory.CreateDirectory(_folder["servers"]).FullName, Stop);
        string[] pools = ["profile=etcd-direct", "ipam.provider=cluster-pool", $"ipam.cluster-pool.ipv4.pools.0={Pool4}", $"ipam.cluster-pool.ipv6.pools.0={Pool6}", "ipam.cluster-pool.ipv6.mask-size=64"];
        await _lab.StartNodesAsync(Count, TestLab.Layout, _folder.Path, [.. TestLab.Variant, .. Etcd.Settings, .. pools], Stop);
        foreach (var node in Nodes)
            await HasRangesAsync(node);
    }

    private async Task<List<string>> ClaimsAsync() => [.. (await Etcd.ReadAsync(Stop)).Keys.Where(key => key.StartsWith(Claims, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static Task HasRangesAsync(LabNode node) => Eventually.TrueAsync(async () => (await RangesAsync(node)).Count == 2, $"{node.Folder} has its ranges", 10);

    /// <summary>IPv4 first.</summary>
    private static async Task<List<string>> RangesAsync(LabNode node)
    {
        var addressing = (await node.Agent.Client.GetConfigurationAsync(Stop)).Addressing;
        return [.. new[] { addressing.Ipv4?.AllocRange, addressing.Ipv6?.AllocRange }.OfType<string>()];
    }

    private static async Task<string> CleanupAsync(LabNode node)
    {
        using var process = Process.Start(new ProcessStartInfo("nsenter", [$"--net={node.Network.Node.Path}", TestLab.Layout.Cli, "--socket", node.Socket, "cleanup", "--force", "--state"]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
