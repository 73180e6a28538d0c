using Cilium.Framework.Errors;

namespace Cilium.Framework.Kvstore.Etcd.Tests;

[Trait("Needs", "Root")]
public sealed class LeaseTests(EtcdFixture servers) : IClassFixture<EtcdFixture>, IAsyncLifetime
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(2);

    public async ValueTask InitializeAsync() => await servers.CleanAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_lease_that_is_renewed_outlives_its_time()
    {
        await using var store = await servers.OpenAsync();
        await using var lease = await store.GrantLeaseAsync(TimeSpan.FromMilliseconds(1), Stores.Stop);
        Assert.Equal(Shortest, lease.TimeToLive);
        await store.PutAsync("a", "1", lease);
        var ends = TimeProvider.System.GetTimestamp();
        await Eventually.TrueAsync(() => TimeProvider.System.GetElapsedTime(ends) > 2 * Shortest, "twice the time of the lease");
        Assert.Equal("1", await store.ReadAsync("a"));
        Assert.False(lease.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task The_keys_of_a_lease_that_is_disposed_stay_until_it_runs_out()
    {
        await using var store = await servers.OpenAsync();
        var lease = await store.GrantLeaseAsync(Shortest, Stores.Stop);
        await store.PutAsync("a", "1", lease);
        await lease.DisposeAsync();
        Assert.Equal("1", await store.ReadAsync("a"));
        await Eventually.TrueAsync(async () => await store.ReadAsync("a") is null, "the key goes with its lease");
    }

    [Fact]
    public async Task A_revoked_lease_takes_its_keys_and_no_others()
    {
        await using var store = await servers.OpenAsync();
        await using var lease = await store.GrantLeaseAsync(Shortest, Stores.Stop);
        await store.PutAsync("a", "1", lease);
        await store.PutAsync("b", "1", lease);
        await store.PutAsync("b", "2");
        await lease.RevokeAsync(Stores.Stop);
        await lease.RevokeAsync(Stores.Stop);
        Assert.Equal((null, "2"), (await store.ReadAsync("a"), await store.ReadAsync("b")));
        Assert.Equal((ErrorKind.Conflict, "kvstore etcd: key a cannot be written: its lease is lost. Grant another one. Nothing was changed."), await store.WriteFailureAsync("a", "2", lease));
    }

    [Fact]
    public async Task A_lease_of_another_store_is_refused()
    {
        await using var store = await servers.OpenAsync();
        await using var other = await servers.OpenAsync();
        await using var lease = await other.GrantLeaseAsync(Shortest, Stores.Stop);
        Assert.Equal(
            (ErrorKind.Conflict, "kvstore etcd: key a cannot be written: its lease was granted by another store. Grant one from this store. Nothing was changed."), await store.WriteFailureAsync("a", "1", lease));
        Assert.Null(await store.ReadAsync("a"));
    }

    [Fact]
    public async Task A_lease_that_the_server_has_dropped_is_lost_at_the_first_write_under_it()
    {
        await using var store = await servers.OpenAsync();
        await using var lease = (EtcdLease)await store.GrantLeaseAsync(TimeSpan.FromHours(1), Stores.Stop);
        await servers.Cluster.Members[0].Api.PostAsync("lease/revoke", $$"""{"ID":"{{lease.Id}}"}""", Stores.Stop);
        var (kind, text) = await store.WriteFailureAsync("a", "1", lease);
        Assert.Equal((ErrorKind.Conflict, $"kvstore etcd: key a cannot be written: {servers.Cluster.Endpoints[0]}: the lease is gone. Nothing was changed."), (kind, text));
        Assert.Null(await store.ReadAsync("a"));
        await Eventually.TrueAsync(() => lease.Lost.IsCancellationRequested, "the lease is known to be lost");
    }

    [Fact]
    public async Task A_wiped_server_loses_leases_and_what_is_written_under_them_is_refused()
    {
        await using var store = await servers.OpenAsync();
        await using var lease = await store.GrantLeaseAsync(TimeSpan.FromSeconds(6), Stores.Stop);
        await store.PutAsync("a", "1", lease);
        await servers.Cluster.WipeAsync(Stores.Stop);
        await Eventually.TrueAsync(() => lease.Lost.IsCancellationRequested, "the lease is known to be lost");
        Assert.Equal(ErrorKind.Conflict, (await store.WriteFailureAsync("a", "1", lease)).Kind);
        Assert.Null(await store.ReadAsync("a"));
    }

    [Fact]
    public async Task A_lease_that_cannot_be_renewed_for_its_time_is_lost()
    {
        await using var store = await servers.OpenAsync();
        await using var lease = await store.GrantLeaseAsync(Shortest, Stores.Stop);
        await store.PutAsync("a", "1", lease);
        servers.Cluster.Members[0].Pause();
        await Eventually.TrueAsync(() => lease.Lost.IsCancellationRequested, "the lease is known to be lost");
    }

    [Fact]
    public async Task A_lease_survives_a_restart_of_the_server()
    {
        await using var store = await servers.OpenAsync();
        await using var lease = await store.GrantLeaseAsync(TimeSpan.FromSeconds(20), Stores.Stop);
        await store.PutAsync("a", "1", lease);
        await servers.Cluster.Members[0].KillAsync(Stores.Stop);
        servers.Cluster.Start(0);
        await servers.Cluster.WaitUntilHealthyAsync(Stores.Stop);
        await store.UntilWrittenAsync("b", "1");
        Assert.Equal("1", await store.ReadAsync("a"));
        Assert.False(lease.Lost.IsCancellationRequested);
    }
}
