using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore.Consul.Tests.Servers;

namespace Cilium.Framework.Kvstore.Consul.Tests;

[Trait("Needs", "Root")]
public sealed class MajorityTests(ThreeServers servers) : IClassFixture<ThreeServers>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_majority_nothing_is_read_written_or_told_as_deleted_and_afterwards_all_goes_on()
    {
        await servers.EmptyAsync();
        await using var store = servers.NewStore();
        await store.StartAsync(Stop);
        await using var lease = await store.GrantLeaseAsync(TimeSpan.FromSeconds(60), Stop);
        await PutAsync(store, "a", lease);
        await using var watch = store.WatchAsync("", Stop).GetAsyncEnumerator(Stop);
        Assert.True(await watch.MoveNextAsync());
        Assert.True(await watch.MoveNextAsync());
        var next = watch.MoveNextAsync().AsTask();

        await servers.KillAsync(1, Stop);
        await servers.KillAsync(2, Stop);
        await Eventually.TrueAsync(async () => !(await store.GetStatusAsync(Stop)).IsReachable, "the store is not reachable", seconds: 30);
        var error = await Assert.ThrowsAnyAsync<CiliumException>(() => PutAsync(store, "b", null));
        Assert.Equal(ErrorKind.Unavailable, error.Kind);
        Assert.False(next.IsCompleted, "the watch told something without a majority");

        await servers.RecoverAsync();
        await PutAsync(store, "c", null);
        Assert.True(await next.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Stop));
        Assert.Equal(KvEventKind.Created, watch.Current.Kind);
        Assert.False(lease.Lost.IsCancellationRequested);
        Assert.NotNull(await store.GetAsync("a", Stop));
        Assert.Contains(", 3 peers", (await store.GetStatusAsync(Stop)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_death_of_the_server_that_was_asked_ends_no_lease()
    {
        await servers.EmptyAsync();
        await using var store = servers.NewStore();
        await store.StartAsync(Stop);
        await using var lease = await store.GrantLeaseAsync(TimeSpan.FromSeconds(10), Stop);
        await PutAsync(store, "a", lease);
        await servers.KillAsync(0, Stop);
        var started = TimeProvider.System.GetTimestamp();
        await Eventually.TrueAsync(() => lease.Lost.IsCancellationRequested || TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromSeconds(22), "22 s to pass", seconds: 30);
        Assert.False(lease.Lost.IsCancellationRequested);
        Assert.NotNull(await store.GetAsync("a", Stop));
    }

    private static Task PutAsync(ConsulKvstore store, string key, IKvLease? lease) => store.CommitAsync([], [new KvOperation.Put(key, "1"u8.ToArray(), lease)], Stop).AsTask();
}
