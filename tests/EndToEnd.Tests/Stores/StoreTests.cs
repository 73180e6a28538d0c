using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Traffic;

namespace Cilium.Framework.EndToEnd.Tests.Stores;

/// <summary>Agents that share a store find each other, and lose nothing when one of them, a key, or the store itself goes away.</summary>
public abstract partial class StoreTests(SharedStore store) : IAsyncLifetime
{
    /// <summary>Seconds within which the others see what a node has changed.</summary>
    private const int Soon = 5;

    /// <summary>The fixed identity of a pod without labels.</summary>
    private const long Init = 5;

    private static readonly TimeSpan BetweenProbes = TimeSpan.FromMilliseconds(2);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await store.HealAsync(Stop);

    public ValueTask DisposeAsync()
    {
        store.ShowLogsOfFailure();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Every_node_sees_the_others_and_their_pods_and_equal_labels_have_one_number()
    {
        var number = Guid.NewGuid().ToString("N");
        var pods = await Task.WhenAll(store.Nodes.Select(node => node.AddPodAsync("twin", [$"k8s:app=twin{number}"], Stop)));

        var all = await ClusterView.AllSeeEverythingAsync(store.Nodes, Soon);

        var twins = pods.SelectMany(pod => (string[])[$"{pod.IPv4}/32", $"{pod.IPv6}/128"]).ToList();
        Assert.Equal(2 * store.Nodes.Count, twins.Distinct().Count());
        var twin = Assert.Single(twins.Select(prefix => all[prefix]).Distinct());
        Assert.DoesNotContain(all, pod => pod.Value == twin && !twins.Contains(pod.Key));
        // What the policy on one node allows is decided by who sends on another.
        await using var echo = new EchoServer(Pod(0, "server").Namespace, SharedStore.Port);
        Assert.True(await ReachesAsync(Pod(1, "client"), Pod(0, "server")));
        Assert.True(await ReachesAsync(Pod(2, "client"), Pod(0, "server")));
        Assert.False(await ReachesAsync(pods[1], Pod(0, "server")));
    }

    [Fact]
    public async Task A_node_whose_agent_dies_is_forgotten_after_its_lease_and_comes_back_as_it_was()
    {
        var (survivors, victim) = (store.Nodes.Take(2).ToList(), store.Nodes[2]);
        var (before, own) = (await ClusterView.AllSeeEverythingAsync(store.Nodes, Soon), await ClusterView.DescribeAsync(victim));
        await using var stream = await StreamAsync(Pod(0, "client"), Pod(0, "server"));

        await victim.Agent.KillAsync(Stop);
        await ClusterView.AllSeeAsync(survivors, survivors.Count, await ClusterView.PodsAsync(survivors), store.Servers.GoneWithin);
        await victim.StartAgentAsync(Stop);

        Assert.Equal(before, await ClusterView.AllSeeEverythingAsync(store.Nodes, Soon));
        Assert.Equal(own, await ClusterView.DescribeAsync(victim));
        await AllArrivedAsync(stream);
    }

    [Fact]
    public async Task A_key_that_somebody_deletes_is_back_within_seconds()
    {
        var before = await store.Servers.ReadAsync(Stop);
        var number = await IdentityAsync(Pod(2, "client"));
        string[] deleted =
        [
            before.Keys.Single(key => key.EndsWith("/node1", StringComparison.Ordinal)), before.Keys.Single(key => key.EndsWith($"/{Pod(1, "client").IPv4}", StringComparison.Ordinal)),
            before.Keys.Single(key => key.EndsWith($"/id/{number}", StringComparison.Ordinal)),
        ];

        foreach (var key in deleted)
        {
            await store.Servers.DeleteAsync(key, Stop);
            await ContentIsAsync(before, Soon);
        }

        await ClusterView.AllSeeEverythingAsync(store.Nodes, Soon);
    }

    [Fact]
    public async Task A_store_that_lost_everything_has_it_again_within_seconds()
    {
        var (before, content) = (await ClusterView.AllSeeEverythingAsync(store.Nodes, Soon), await store.Servers.ReadAsync(Stop));
        var own = await Task.WhenAll(store.Nodes.Select(ClusterView.DescribeAsync));
        await using var stream = await StreamAsync(Pod(0, "client"), Pod(0, "server"));

        await store.Servers.DeleteAllAsync(Stop);

        await ContentIsAsync(content, 2 * Soon);
        Assert.Equal(before, await ClusterView.AllSeeEverythingAsync(store.Nodes, 2 * Soon));
        Assert.Equal(own, await Task.WhenAll(store.Nodes.Select(ClusterView.DescribeAsync)));
        await AllArrivedAsync(stream);
    }

    [Fact]
    public async Task An_agent_starts_without_its_store_and_does_what_it_can_until_the_store_is_back()
    {
        var (running, restarted) = (store.Nodes[0], store.Nodes[2]);
        await ClusterView.AllSeeEverythingAsync(store.Nodes, Soon);
        var (own, endpoints) = (await ClusterView.DescribeAsync(restarted), await EndpointsAsync(restarted));
        await using var local = await StreamAsync(Pod(2, "client"), Pod(2, "server"));
        await using var remote = await StreamAsync(Pod(0, "client"), Pod(2, "server"), SharedStore.SecondPort);
        await using var denied = await StreamAsync(Pod(0, "client"), Pod(2, "server"), SharedStore.ClosedPort, expectArrival: false);
        await restarted.Agent.KillAsync(Stop);
        await store.Servers.KillAsync(Stop);

        await restarted.StartAgentAsync(status => status.Kvstore.State == "Failure", Stop);

        await Eventually.TrueAsync(async () => await EndpointsAsync(restarted) == endpoints, "the node's endpoints are ready with their identities");
        var status = await restarted.Agent.Client.GetStatusAsync(Stop);
        Assert.Contains("addresses of ipcache", status.Cilium.Msg, StringComparison.Ordinal);
        Assert.Contains(LabCluster.StoreIPv4.ToString(), status.Kvstore.Msg, StringComparison.Ordinal);
        // A pod with a fixed identity gets all it needs, also where the store's identities are only remembered; so does one with labels that the node has a number for.
        var unlabelled = await running.AddPodAsync("unlabelled", [], Stop);
        Assert.Equal(("ready", Init), await StateAsync(running, unlabelled.ContainerId));
        await Eventually.TrueAsync(
            async () => (await restarted.Agent.Client.GetStatusAsync(Stop)).Cilium.Msg == "starting; waiting for addresses of ipcache", "policies are computed with what is remembered", 2 * Soon);
        LabPod[] known = [await restarted.AddPodAsync("unlabelled", [], Stop), await restarted.AddPodAsync("again", ["k8s:app=server"], Stop)];
        await using (var echo = new EchoServer(known[1].Namespace, SharedStore.Port))
            Assert.Equal((false, true), (await ReachesAsync(known[0], known[1]), await ReachesAsync(Pod(2, "client"), known[1])));
        var late = restarted.AddPodAsync("new", [$"k8s:app=new{Guid.NewGuid():N}"], Stop);
        await Eventually.TrueAsync(async () => await StateOfAsync(restarted, "new") == "waiting-for-identity", "a pod with new labels waits for its number");

        await store.Servers.RunAsync(Stop);

        LabPod[] pods = [.. known, await late];
        foreach (var pod in pods)
            await Eventually.TrueAsync(async () => (await StateAsync(restarted, pod.ContainerId)).State == "ready", $"{pod.Name} is ready", 2 * Soon);
        await ClusterView.AllSeeEverythingAsync(store.Nodes, 2 * Soon);
        foreach (var node in store.Nodes)
            await node.Agent.WaitUntilReadyAsync(Patience.Of(TimeSpan.FromSeconds(Soon)), Stop);
        await running.RemovePodAsync(unlabelled, Stop);
        foreach (var pod in pods)
            await restarted.RemovePodAsync(pod, Stop);
        Assert.Equal(own, await ClusterView.DescribeAsync(restarted));
        await AllArrivedAsync(local);
        await AllArrivedAsync(remote);
        Assert.Equal(0, (await denied.StopAsync()).Received);
    }

    private LabPod Pod(int node, string name) => store.Nodes[node].Pods.First(pod => pod.Name == name);

    private async Task<long?> IdentityAsync(LabPod pod)
    {
        var node = store.Nodes.Single(node => node.Pods.Contains(pod));
        return (await node.Agent.Client.GetEndpointAsync($"container-id:{pod.ContainerId}", Stop)).Status.Identity?.Id;
    }

    private static async Task<(string State, long? Identity)> StateAsync(LabNode node, string containerId)
    {
        var endpoint = await node.Agent.Client.GetEndpointAsync($"container-id:{containerId}", Stop);
        return (endpoint.Status.State, endpoint.Status.Identity?.Id);
    }

    private static async Task<string?> StateOfAsync(LabNode node, string pod) =>
        (await node.Agent.Client.ListEndpointsAsync(Stop)).SingleOrDefault(endpoint => endpoint.Status.ExternalIdentifiers.ContainerName == pod)?.Status.State;

    private static async Task<string> EndpointsAsync(LabNode node) => string.Join('\n', (await node.Agent.Client.ListEndpointsAsync(Stop))
        .OrderBy(endpoint => endpoint.Id).Select(endpoint => $"{endpoint.Id} {endpoint.Status.State} {endpoint.Status.Identity?.Id} {endpoint.Status.Networking.Addressing[0].Ipv4}"));

    private static Task<bool> ReachesAsync(LabPod from, LabPod to) => Probe.TcpAsync(from.Namespace, to.IPv4, SharedStore.Port, Patience.Of(TimeSpan.FromSeconds(1)), Stop);

    /// <summary>Every datagram is a flow of its own, which the policy judges anew.</summary>
    private static Task<DatagramStream> StreamAsync(LabPod from, LabPod to, int port = SharedStore.Port, bool expectArrival = true) =>
        DatagramStream.StartAsync(from.Namespace, to.Namespace, to.IPv4, port, BetweenProbes, expectArrival, Stop, freshPorts: true);

    private static async Task AllArrivedAsync(DatagramStream stream)
    {
        var result = await stream.StopAsync();
        Assert.InRange(result.Sent, 10, long.MaxValue);
        Assert.Equal(0, result.SocketDrops);
        Assert.Equal(0, result.Lost);
    }

    /// <summary>A number whose last pod is gone may be forgotten: nobody would miss it. Nor would anybody miss a turn of the operator's: the next one has the next.</summary>
    private static Dictionary<string, string> WithoutUnused(IReadOnlyDictionary<string, string> content)
    {
        var used = content.Where(entry => entry.Key.Contains("/identities/v1/value/", StringComparison.Ordinal)).Select(entry => entry.Value).ToHashSet();
        return content.Where(entry => !entry.Key.StartsWith("cilium/framework/", StringComparison.Ordinal))
            .Where(entry => !entry.Key.Contains("/identities/v1/id/", StringComparison.Ordinal) || used.Contains(entry.Key[(entry.Key.LastIndexOf('/') + 1)..])).ToDictionary();
    }

    private async Task ContentIsAsync(IReadOnlyDictionary<string, string> before, int seconds)
    {
        var expected = WithoutUnused(before);
        IReadOnlyDictionary<string, string> now = new Dictionary<string, string>();
        await Eventually.TrueAsync(
            async () =>
            {
                now = WithoutUnused(await store.Servers.ReadAsync(Stop));
                return now.Count == expected.Count && expected.All(entry => now.GetValueOrDefault(entry.Key) == entry.Value);
            },
            () => $"the store has what it had; missing or other: {string.Join(' ', expected.Where(entry => now.GetValueOrDefault(entry.Key) != entry.Value).Select(entry => entry.Key))}; new: {string.Join(' ', now.Keys.Except(expected.Keys))}",
            seconds);
    }
}
