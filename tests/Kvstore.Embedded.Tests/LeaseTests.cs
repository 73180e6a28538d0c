using Cilium.Framework.Errors;
using Microsoft.Data.Sqlite;

namespace Cilium.Framework.Kvstore.Embedded.Tests;

public sealed class LeaseTests : IAsyncLifetime
{
    private static readonly TimeSpan Time = TimeSpan.FromMinutes(15), Moment = TimeSpan.FromSeconds(1);
    private readonly TemporaryFolder _folder = new();
    private readonly ManualClock _clock = new();
    private EmbeddedKvstore _store = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _store = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_lease_runs_out_by_the_clock_after_its_holder_left_it()
    {
        var lease = await LeasedAsync("a", "b");
        _clock.Advance(Time * 3);
        Assert.Equal(["a", "b"], await KeysAsync());
        await lease.DisposeAsync();
        _clock.Advance(Time - Moment);
        Assert.Equal(["a", "b"], await KeysAsync());
        Assert.False(lease.Lost.IsCancellationRequested);
        _clock.Advance(Moment);
        await Eventually.TrueAsync(async () => (await KeysAsync()).Count == 0, "the keys of the lease that ran out are gone");
        await Eventually.TrueAsync(() => lease.Lost.IsCancellationRequested, "its holder is told");
    }

    [Fact]
    public async Task A_watch_is_told_of_keys_that_ran_out()
    {
        await using var lease = await LeasedAsync("a");
        await using var watch = _store.WatchAsync("", Stop).GetAsyncEnumerator(Stop);
        Assert.Equal(["Created a 1", "ListDone  1"], [await NextAsync(watch), await NextAsync(watch)]);
        await lease.DisposeAsync();
        _clock.Advance(Time);
        Assert.Equal("Deleted a 2", await NextAsync(watch));
    }

    [Fact]
    public async Task Leases_of_a_former_process_run_out_unless_their_keys_are_written_again()
    {
        await LeasedAsync("kept", "forgotten", "freed");
        _store = await ReopenAsync();
        Assert.Equal(["forgotten", "freed", "kept"], await KeysAsync());
        var mine = await _store.GrantLeaseAsync(Time, Stop);
        await _store.CommitAsync([], [new KvOperation.Put("kept", default, mine), new KvOperation.Put("freed", default)], Stop);
        _clock.Advance(Time - Moment);
        Assert.Equal(["forgotten", "freed", "kept"], await KeysAsync());
        _clock.Advance(Moment);
        await Eventually.TrueAsync(async () => (await KeysAsync()).SequenceEqual(["freed", "kept"]), "the key that nobody wrote again is gone");
        _clock.Advance(Time);
        Assert.Equal(["freed", "kept"], await KeysAsync());
        Assert.Contains("2 keys, 1 leases, revision ", (await _store.GetStatusAsync(Stop)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_number_of_a_lease_that_ended_is_not_given_again()
    {
        var first = await LeasedAsync("a");
        await first.RevokeAsync(Stop);
        _store = await ReopenAsync();
        var second = await LeasedAsync("b");
        Assert.True(((EmbeddedLease)second).Id > ((EmbeddedLease)first).Id);
    }

    [Fact]
    public async Task A_lost_lease_is_refused_with_words()
    {
        var lease = await LeasedAsync("a");
        await lease.RevokeAsync(Stop);
        var error = await Assert.ThrowsAsync<CiliumException>(async () => await _store.CommitAsync([], [new KvOperation.Put("b", default, lease)], Stop));
        Assert.Equal(
            (ErrorKind.Conflict, "kvstore embedded: the lease of key \"b\" is lost, or is of another store. Nothing was changed. Grant another and write its keys again."),
            (error.Kind, error.Message));
    }

    [Fact]
    public async Task A_closed_store_says_so_to_whoever_revokes()
    {
        var lease = await LeasedAsync("a");
        await _store.DisposeAsync();
        var error = await Assert.ThrowsAsync<CiliumException>(async () => await lease.RevokeAsync(Stop));
        Assert.Equal($"kvstore embedded: {_folder["kv.db"]} is closed.", error.Message);
    }

    [Fact]
    public async Task A_file_of_schema_1_is_brought_up_to_leases()
    {
        await using (var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _folder["old.db"], Pooling = false }.ToString()))
        {
            await connection.OpenAsync(Stop);
            await using var command = connection.CreateCommand();
            command.CommandText = """
                PRAGMA journal_mode = WAL;
                CREATE TABLE kv (key TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL, revision INTEGER NOT NULL) WITHOUT ROWID;
                CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
                INSERT INTO meta VALUES ('revision', 41);
                INSERT INTO kv VALUES ('a', x'31', 7), ('b', x'32', 40);
                PRAGMA user_version = 1;
                """;
            await command.ExecuteNonQueryAsync(Stop);
        }

        for (var round = 1; round <= 2; round++)
        {
            await using var store = new EmbeddedKvstore(_folder["old.db"], _clock);
            await store.StartAsync(Stop);
            var entries = await store.ListAsync("", Stop);
            Assert.Equal([("a", 7ul, 0x31), ("b", 40ul, 0x32)], entries.Take(2).Select(entry => (entry.Key, entry.Revision, (int)entry.Value.Span[0])));
            var lease = await store.GrantLeaseAsync(Time, Stop);
            Assert.Equal(41ul + (ulong)round, (await store.CommitAsync([], [new KvOperation.Put("leased", default, lease)], Stop)).Revision);
        }
    }

    private static async Task<string> NextAsync(IAsyncEnumerator<KvEvent> watch)
    {
        Assert.True(await watch.MoveNextAsync());
        return $"{watch.Current.Kind} {watch.Current.Key} {watch.Current.Revision}";
    }

    private async Task<IKvLease> LeasedAsync(params string[] keys)
    {
        var lease = await _store.GrantLeaseAsync(Time, Stop);
        Assert.Equal(Time, lease.TimeToLive);
        await _store.CommitAsync([], [.. keys.Select(key => new KvOperation.Put(key, default, lease))], Stop);
        return lease;
    }

    private async Task<IReadOnlyList<string>> KeysAsync() => [.. (await _store.ListAsync("", Stop)).Select(entry => entry.Key)];

    private async Task<EmbeddedKvstore> ReopenAsync()
    {
        await _store.DisposeAsync();
        return await OpenAsync();
    }

    private async Task<EmbeddedKvstore> OpenAsync()
    {
        var store = new EmbeddedKvstore(_folder["kv.db"], _clock);
        await store.StartAsync(Stop);
        return store;
    }
}
