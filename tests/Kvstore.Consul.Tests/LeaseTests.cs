using System.Text;
using System.Text.Json;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore.Consul.Leases;
using Cilium.Framework.Kvstore.Consul.Tests.Servers;

namespace Cilium.Framework.Kvstore.Consul.Tests;

[Trait("Needs", "Root")]
public sealed class LeaseTests(OneServer server) : IClassFixture<OneServer>, IAsyncLifetime
{
    private ConsulKvstore _store = null!;
    private ConsulKvstore _other = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await server.EmptyAsync();
        (_store, _other) = (server.NewStore(), server.NewStore());
        await _store.StartAsync(Stop);
        await _other.StartAsync(Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Theory]
    [InlineData(1, "10s", 10)]
    [InlineData(15.2, "16s", 16)]
    [InlineData(100000, "86400s", 86400)]
    public async Task The_server_has_the_session_as_it_was_asked_for(double seconds, string told, int granted)
    {
        await using var lease = await _store.GrantLeaseAsync(TimeSpan.FromSeconds(seconds), Stop);
        using var sessions = JsonDocument.Parse(await server.Cluster.Client.GetStringAsync(new Uri(server.Cluster.Addresses[0], "/v1/session/list?consistent"), Stop));
        var session = Assert.Single(sessions.RootElement.EnumerateArray());
        Assert.Equal((told, "delete", 0), (session.GetProperty("TTL").GetString(), session.GetProperty("Behavior").GetString(), session.GetProperty("LockDelay").GetInt64()));
        Assert.Empty(session.GetProperty("NodeChecks").EnumerateArray());
        Assert.Equal(TimeSpan.FromSeconds(granted), lease.TimeToLive);
    }

    [Fact]
    public async Task A_new_session_takes_a_key_over_from_one_that_still_lives()
    {
        await using var former = await _store.GrantLeaseAsync(TimeSpan.FromSeconds(10), Stop);
        await using var next = await _other.GrantLeaseAsync(TimeSpan.FromSeconds(10), Stop);
        var before = await PutAsync(_store, "node", former);
        var after = await PutAsync(_other, "node", next);
        Assert.True(after.Revision > before.Revision);
        await former.RevokeAsync(Stop);
        Assert.NotNull(await _other.GetAsync("node", Stop));
        await next.RevokeAsync(Stop);
        Assert.Null(await _other.GetAsync("node", Stop));
    }

    /// <summary>Many operations in one commit leave no room to write a key in two steps.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    public async Task A_key_that_is_written_without_a_lease_leaves_the_one_that_it_had(int keys)
    {
        await using var lease = await _store.GrantLeaseAsync(TimeSpan.FromSeconds(10), Stop);
        await CommitAsync(_store, keys, lease);
        await CommitAsync(_other, keys, lease: null);
        await lease.RevokeAsync(Stop);
        Assert.Equal(keys, (await _other.ListAsync("key/", Stop)).Count);
    }

    [Fact]
    public async Task A_key_without_a_lease_gets_one_in_the_largest_commit()
    {
        await CommitAsync(_other, 64, lease: null);
        await using var lease = await _store.GrantLeaseAsync(TimeSpan.FromSeconds(10), Stop);
        await CommitAsync(_store, 64, lease);
        await CommitAsync(_store, 64, lease);
        await lease.RevokeAsync(Stop);
        Assert.Empty(await _other.ListAsync("", Stop));
    }

    [Fact]
    public async Task Half_of_the_largest_commit_moves_between_living_leases_and_more_is_refused()
    {
        await using var former = await _store.GrantLeaseAsync(TimeSpan.FromSeconds(10), Stop);
        await using var next = await _other.GrantLeaseAsync(TimeSpan.FromSeconds(10), Stop);
        await CommitAsync(_store, 33, former);
        var refusal = await Assert.ThrowsAsync<CiliumException>(() => CommitAsync(_other, 33, next));
        Assert.Equal(ErrorKind.Invalid, refusal.Kind);
        Assert.Equal("kvstore consul: a commit of 33 operations under 0 conditions does not fit into one transaction. Accepted: 64 of both together, where a key that goes over from one living lease to another counts twice, in 524288 bytes of JSON. Nothing was changed.", refusal.Message);
        await CommitAsync(_other, 32, next);
        await former.RevokeAsync(Stop);
        Assert.Equal(32, (await _other.ListAsync("", Stop)).Count);
    }

    [Fact]
    public async Task A_session_that_somebody_ended_is_lost_and_takes_no_more_keys()
    {
        await using var lease = await _store.GrantLeaseAsync(TimeSpan.FromSeconds(10), Stop);
        var session = ((ConsulLease)lease).Session;
        (await server.Cluster.Client.PutAsync(new Uri(server.Cluster.Addresses[0], $"/v1/session/destroy/{session}"), null, Stop)).EnsureSuccessStatusCode();
        for (var round = 0; round < 2; round++)
        {
            var refusal = await Assert.ThrowsAsync<CiliumException>(() => PutAsync(_store, "node", lease));
            Assert.Equal((ErrorKind.Conflict, $"kvstore consul: the lease {session} is lost. Grant another and write its keys again. Nothing was changed."), (refusal.Kind, refusal.Message));
            await Eventually.TrueAsync(() => lease.Lost.IsCancellationRequested, "Lost after the session was destroyed: a renewal comes every third of 10 s");
        }
    }

    [Fact]
    public async Task A_lease_is_lost_when_nothing_is_heard_for_its_time()
    {
        await using var lease = await _store.GrantLeaseAsync(TimeSpan.FromSeconds(10), Stop);
        server.Pause(0);
        await Eventually.TrueAsync(() => lease.Lost.IsCancellationRequested, "Lost 10 s after the server was held", seconds: 15);
        server.Resume(0);
    }

    [Fact]
    public async Task A_renewed_lease_outlives_twice_its_time_and_the_restart_of_the_server()
    {
        await using var lease = await _store.GrantLeaseAsync(TimeSpan.FromSeconds(10), Stop);
        await PutAsync(_store, "node", lease);
        await server.KillAsync(0, Stop);
        await server.RecoverAsync();
        var started = TimeProvider.System.GetTimestamp();
        await Eventually.TrueAsync(() => lease.Lost.IsCancellationRequested || TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromSeconds(22), "22 s to pass", seconds: 30);
        Assert.False(lease.Lost.IsCancellationRequested);
        Assert.NotNull(await _other.GetAsync("node", Stop));
    }

    private static Task<KvCommitResult> PutAsync(ConsulKvstore store, string key, IKvLease? lease) =>
        store.CommitAsync([], [new KvOperation.Put(key, Encoding.UTF8.GetBytes("x"), lease)], Stop).AsTask();

    private static async Task CommitAsync(ConsulKvstore store, int keys, IKvLease? lease) =>
        Assert.True((await store.CommitAsync([], [.. Enumerable.Range(0, keys).Select(i => new KvOperation.Put($"key/{i}", "x"u8.ToArray(), lease))], Stop)).Succeeded);
}
