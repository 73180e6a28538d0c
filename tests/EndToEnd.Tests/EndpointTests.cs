using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Traffic;

namespace Cilium.Framework.EndToEnd.Tests;

/// <summary>Workloads come and go.</summary>
[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class EndpointTests : IAsyncLifetime
{
    private const int Port = 80;
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(300);
    private TestLab _lab = null!;

    public async ValueTask InitializeAsync() => _lab = await TestLab.StartAsync();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task Twenty_pods_that_arrive_at_once_become_ready_and_are_gone_without_a_trace()
    {
        var pods = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => _lab.PodAsync(i % 2 == 0 ? "client" : "server")));
        var endpoints = await _lab.Node.Agent.Client.ListEndpointsAsync(TestLab.Cancelled);
        Assert.Equal(20, endpoints.Count);
        Assert.All(endpoints, endpoint => Assert.Equal("ready", endpoint.Status.State));
        Assert.Equal(2, endpoints.Select(endpoint => endpoint.Status.Identity!.Id).Distinct().Count());
        await using (var echo = new EchoServer(pods[1].Namespace, Port))
            Assert.All(await Task.WhenAll(pods.Where(pod => pod != pods[1]).Select(pod => Probe.TcpAsync(pod.Namespace, pods[1].IPv4, Port, Answer, TestLab.Cancelled))), Assert.True);

        await Task.WhenAll(pods.Select(pod => _lab.Node.RemovePodAsync(pod, TestLab.Cancelled)));
        Assert.Empty(await _lab.Node.Agent.Client.ListEndpointsAsync(TestLab.Cancelled));
        Assert.DoesNotContain("10.1.0.", (await _lab.CliAsync("bpf", "endpoint", "list")).Output, StringComparison.Ordinal);
        // The node's own gateway stays.
        await Eventually.TrueAsync(
            async () => (await _lab.CliAsync("bpf", "ipcache", "list")).Output.Split('\n').Count(line => line.StartsWith("10.1.0.", StringComparison.Ordinal)) == 1,
            "the datapath has forgotten every address but the gateway");
        await Eventually.TrueAsync(
            async () => (await _lab.Node.Agent.Client.GetTableAsync("identity-claims", TestLab.Cancelled)).Rows.Count == 0, "the identities are released");
    }

    [Fact]
    public async Task A_pod_that_takes_over_an_address_inherits_nothing()
    {
        var (client, server) = (await _lab.PodAsync("client"), await _lab.PodAsync("server"));
        await _lab.ImportAsync(Policies.ServerAcceptsClient(Port));
        await using (var echo = new EchoServer(server.Namespace, Port))
        {
            Assert.True(await Probe.TcpAsync(client.Namespace, server.IPv4, Port, Answer, TestLab.Cancelled));
            await _lab.Node.RemovePodAsync(client, TestLab.Cancelled);
            var stranger = await TakeOverAsync(client);
            Assert.Equal(client.IPv4, stranger.IPv4);
            Assert.False(await Probe.TcpAsync(stranger.Namespace, server.IPv4, Port, Silence, TestLab.Cancelled));
        }
    }

    [Fact]
    public async Task Rules_apply_to_pods_that_come_later()
    {
        await _lab.ImportAsync(Policies.ServerAcceptsClient(Port));
        var (client, other, server) = (await _lab.PodAsync("client"), await _lab.PodAsync("other"), await _lab.PodAsync("server"));
        await using var echo = new EchoServer(server.Namespace, Port);
        Assert.True(await Probe.TcpAsync(client.Namespace, server.IPv6, Port, Answer, TestLab.Cancelled));
        Assert.False(await Probe.TcpAsync(other.Namespace, server.IPv6, Port, Silence, TestLab.Cancelled));
    }

    /// <summary>Takes addresses until the one that was released comes round again.</summary>
    private async Task<LabPod> TakeOverAsync(LabPod gone)
    {
        // The pool gives the least recently released address last: hold all others.
        for (var i = 0; i < 300; i++)
        {
            var given = await _lab.Node.Agent.Client.AllocateAddressAsync($"holder-{i}", "ipv4", TestLab.Cancelled);
            if (given.Address.Ipv4 != gone.IPv4.ToString())
                continue;
            await _lab.Node.Agent.Client.ReleaseAddressAsync(given.Address.Ipv4, TestLab.Cancelled);
            return await _lab.PodAsync("stranger");
        }

        throw new InvalidOperationException($"{gone.IPv4} never came round.");
    }
}
