using Cilium.Framework.Errors;

namespace Cilium.Framework.Kvstore.Etcd.Tests;

[Trait("Needs", "Root")]
public sealed class QuorumTests(ThreeMembers servers) : IClassFixture<ThreeMembers>, IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await servers.CleanAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task The_status_names_every_member_its_version_and_the_leader()
    {
        await using var store = await servers.OpenAsync();
        var status = await store.GetStatusAsync(Stores.Stop);
        Assert.True(status.IsReachable, status.Message);
        Assert.Equal(
            $"etcd: 3/3 connected: {string.Join("; ", servers.Cluster.Endpoints.Select(endpoint => $"{endpoint} - 3.4.23"))}; has quorum", status.Message.Replace(" (Leader)", "", StringComparison.Ordinal));
        Assert.Single(status.Message.Split(" (Leader)").Skip(1));
    }

    [Fact]
    public async Task Without_quorum_calls_and_status_say_so_and_a_watch_goes_on_when_it_is_back()
    {
        await using var store = await servers.OpenAsync();
        await using var watch = new WatchLog(store, "", Stores.Stop);
        await watch.UntilListedAsync();
        await servers.Cluster.Members[0].KillAsync(Stores.Stop);
        await servers.Cluster.Members[1].KillAsync(Stores.Stop);
        (ErrorKind Kind, string Text) seen = default;
        await Eventually.TrueAsync(
            async () => (seen = await store.WriteFailureAsync()).Text.Contains("the cluster has no leader: more than half of its members must run and reach each other", StringComparison.Ordinal),
            "a write names the missing quorum", seconds: 30);
        Assert.Equal(ErrorKind.Unavailable, seen.Kind);
        Assert.Contains($"{servers.Cluster.Endpoints[0]}: connection refused", seen.Text, StringComparison.Ordinal);
        var status = await store.GetStatusAsync(Stores.Stop);
        Assert.False(status.IsReachable, status.Message);
        Assert.StartsWith($"etcd: 1/3 connected: {servers.Cluster.Endpoints[0]}: connection refused; {servers.Cluster.Endpoints[1]}: connection refused; {servers.Cluster.Endpoints[2]} - 3.4.23; no quorum: ", status.Message, StringComparison.Ordinal);
        servers.Cluster.Start(0);
        await store.UntilWrittenAsync("after", "1");
        await watch.UntilAsync(known => known.ContainsKey("after"), "what was written after the quorum came back", seconds: 30);
        Assert.Equal(1, watch.Lists);
    }

    [Fact]
    public async Task A_held_member_delays_reads_for_a_part_of_their_time_only_and_then_nobody()
    {
        foreach (var held in Enumerable.Range(0, 3))
        {
            await using var store = await servers.OpenAsync();
            await store.UntilWrittenAsync("a", $"{held}");
            // Without its leader the cluster elects another first, which takes as long as the machine is busy.
            if (await servers.Cluster.Members[held].IsLeaderAsync(Stores.Stop))
            {
                servers.Cluster.Members[held].Pause();
                await store.UntilWrittenAsync("a", $"{held}");
            }
            else
            {
                servers.Cluster.Members[held].Pause();
            }

            Assert.Equal($"{held}", await store.ReadAsync("a"));
            await store.UntilWrittenAsync("a", "x");
            servers.Cluster.Members[held].Resume();
        }
    }
}
