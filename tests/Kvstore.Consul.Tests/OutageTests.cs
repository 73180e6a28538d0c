using System.Globalization;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore.Consul.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cilium.Framework.Kvstore.Consul.Tests;

[Trait("Needs", "Root")]
public sealed class OutageTests(OneServer server) : IClassFixture<OneServer>, IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private ConsulKvstore _store = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Address => server.Cluster.Addresses[0].GetLeftPart(UriPartial.Authority);

    public async ValueTask InitializeAsync()
    {
        await server.EmptyAsync();
        _store = new(new() { Addresses = server.Cluster.Addresses, Timeout = TimeSpan.FromSeconds(2) }, TimeProvider.System, NullLogger.Instance);
        await _store.StartAsync(Stop);
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_server_that_begins_anew_with_nothing_is_told_as_deletions()
    {
        for (var i = 0; i < 20; i++)
            await PutAsync($"old/{i}");
        await using var watch = _store.WatchAsync("", Stop).GetAsyncEnumerator(Stop);
        var known = new SortedSet<string>(StringComparer.Ordinal);
        await ReadUntilAsync(watch, known, happened => happened.Kind == KvEventKind.ListDone);
        Assert.Equal(20, known.Count);

        var next = watch.MoveNextAsync().AsTask();
        await server.KillAsync(0, Stop);
        server.Cluster.Wipe(0);
        await server.RecoverAsync();
        await PutAsync("new");
        Assert.True(await next.WaitAsync(Patience, TimeProvider.System, Stop));
        Note(watch.Current, known);
        await ReadUntilAsync(watch, known, _ => known.SetEquals(["new"]));
        await PutAsync("newer");
        await ReadUntilAsync(watch, known, happened => happened.Key == "newer");
    }

    [Fact]
    public async Task A_held_server_is_waited_for_no_longer_than_the_deadline()
    {
        await PutAsync("a");
        server.Pause(0);
        // On a busy machine a signal takes a moment to reach every thread.
        await Eventually.TrueAsync(async () => !(await _store.GetStatusAsync(Stop)).IsReachable, "the server is held");
        foreach (var call in (Func<Task>[])[() => _store.GetAsync("a", Stop).AsTask(), () => PutAsync("a"), () => _store.ListAsync("", Stop).AsTask()])
        {
            var error = await Assert.ThrowsAnyAsync<CiliumException>(call);
            Assert.Equal((ErrorKind.Unavailable, $"kvstore consul: {Address} did not answer within 2 s. A write may have been carried out."), (error.Kind, error.Message));
        }

        Assert.Equal(new(false, $"consul: {Address} did not answer within 2 s. A write may have been carried out."), await _store.GetStatusAsync(Stop));
        server.Resume(0);
        await Eventually.TrueAsync(async () => (await _store.GetStatusAsync(Stop)).IsReachable, "the store is reachable again");
    }

    [Fact]
    public async Task A_watch_goes_on_after_its_server_was_held()
    {
        await using var watch = _store.WatchAsync("", Stop).GetAsyncEnumerator(Stop);
        var known = new SortedSet<string>(StringComparer.Ordinal);
        await ReadUntilAsync(watch, known, happened => happened.Kind == KvEventKind.ListDone);
        var next = watch.MoveNextAsync();
        server.Pause(0);
        await Assert.ThrowsAnyAsync<CiliumException>(() => PutAsync("lost"));
        server.Resume(0);
        await Eventually.TrueAsync(async () => (await _store.GetStatusAsync(Stop)).IsReachable, "the store is reachable again");
        await PutAsync("a");
        Assert.True(await next);
        Note(watch.Current, known);
        if (!known.Contains("a"))
            await ReadUntilAsync(watch, known, happened => happened.Key == "a");
    }

    [Fact]
    public async Task A_server_that_is_down_refuses_and_the_store_comes_back_with_it()
    {
        await PutAsync("a");
        await server.KillAsync(0, Stop);
        var error = await Assert.ThrowsAnyAsync<CiliumException>(async () => await _store.GetAsync("a", Stop));
        Assert.Equal((ErrorKind.Unavailable, $"kvstore consul: {Address} refuses connections. Check that Consul runs there, and kvstore.consul.address."), (error.Kind, error.Message));
        Assert.Equal(new(false, $"consul: {Address} refuses connections. Check that Consul runs there, and kvstore.consul.address."), await _store.GetStatusAsync(Stop));
        await server.RecoverAsync();
        Assert.NotNull(await _store.GetAsync("a", Stop));
    }

    [Fact]
    public async Task The_status_names_server_version_leader_and_peers()
    {
        var status = await _store.GetStatusAsync(Stop);
        Assert.True(status.IsReachable);
        Assert.Matches(string.Create(CultureInfo.InvariantCulture, $@"^consul: {Address} - 1\.8\.7, leader 127\.0\.0\.1:\d+, 1 peer$"), status.Message);
    }

    [Fact]
    public async Task A_server_that_speaks_no_TLS_is_told_so()
    {
        await using var store = new ConsulKvstore(new() { Addresses = [new($"https://{server.Cluster.Addresses[0].Authority}")] }, TimeProvider.System, NullLogger.Instance);
        Assert.Equal($"consul: https://{server.Cluster.Addresses[0].Authority} does not speak TLS. Use http:// in kvstore.consul.address, or switch TLS on in Consul.", (await store.GetStatusAsync(Stop)).Message);
    }

    private Task PutAsync(string key) => _store.CommitAsync([], [new KvOperation.Put(key, "1"u8.ToArray())], Stop).AsTask();

    private static async Task ReadUntilAsync(IAsyncEnumerator<KvEvent> watch, SortedSet<string> known, Func<KvEvent, bool> reached)
    {
        do
        {
            Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(Patience, TimeProvider.System, Stop));
            Note(watch.Current, known);
        }
        while (!reached(watch.Current));
    }

    private static void Note(KvEvent happened, SortedSet<string> known)
    {
        if (happened.Kind == KvEventKind.Deleted)
            Assert.True(known.Remove(happened.Key), $"{happened.Key} was told as deleted and was not known");
        else if (happened.Kind == KvEventKind.Created)
            Assert.True(known.Add(happened.Key), $"{happened.Key} was told as created and was known");
    }
}
