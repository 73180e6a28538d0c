using System.Diagnostics;

namespace Cilium.Framework.Kvstore.Etcd.Tests;

[Trait("Needs", "Root")]
public sealed class WatchTests(EtcdFixture servers) : IClassFixture<EtcdFixture>, IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await servers.CleanAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Fifty_watches_at_once_see_everything_and_the_end_of_one_ends_no_other()
    {
        await using var store = await servers.OpenAsync();
        using var first = CancellationTokenSource.CreateLinkedTokenSource(Stores.Stop);
        var watches = Enumerable.Range(0, 50).Select(i => new WatchLog(store, i % 2 == 0 ? "" : "k/", i == 0 ? first.Token : Stores.Stop)).ToList();
        try
        {
            foreach (var watch in watches)
                await watch.UntilListedAsync();
            await first.CancelAsync();
            for (var i = 0; i < 20; i++)
                await store.PutAsync($"k/{i}", "x");
            foreach (var watch in watches.Skip(1))
                await watch.UntilAsync(seen => seen.Count == 20, "twenty keys");
        }
        finally
        {
            foreach (var watch in watches)
                await watch.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_reader_that_does_not_read_stops_neither_calls_nor_other_watches()
    {
        await using var store = await servers.OpenAsync();
        await using var slow = store.WatchAsync("", Stores.Stop).GetAsyncEnumerator(Stores.Stop);
        Assert.True(await slow.MoveNextAsync());
        // Opens its stream, and is not read any more.
        var next = slow.MoveNextAsync();
        await using var other = new WatchLog(store, "", Stores.Stop);
        await other.UntilListedAsync();
        // More than all buffers on the way hold together.
        for (var i = 0; i < 100; i++)
            await store.CommitAsync([], [new KvOperation.Put($"k/{i % 10}", new byte[1000 * 1000])], Stores.Stop);
        await store.PutAsync("end", "1");
        await other.UntilAsync(seen => seen.ContainsKey("end"), "what was written last");
        Assert.True(await next);
        while (slow.Current.Key != "end")
            Assert.True(await slow.MoveNextAsync());
    }

    [Fact]
    public async Task No_change_is_lost_or_told_twice_when_the_server_is_killed_in_the_middle()
    {
        const int Keys = 20_000;
        await using var store = await servers.OpenAsync();
        await using var watch = new WatchLog(store, "n/", Stores.Stop);
        await watch.UntilListedAsync();
        // The server dies while the history is on its way.
        var writing = Bulk.WriteAsync(store, Enumerable.Range(0, Keys / 2).Select(i => $"n/{i}"), 200);
        await watch.UntilAsync(seen => seen.Count > 500, "the first changes");
        await writing;
        await servers.Cluster.Members[0].KillAsync(Stores.Stop);
        servers.Cluster.Start(0);
        await store.UntilWrittenAsync("n/again", "1");
        await Bulk.WriteAsync(store, Enumerable.Range(Keys / 2, Keys / 2).Select(i => $"n/{i}"), 200);
        await watch.UntilAsync(seen => seen.Count >= Keys + 1, $"{Keys} keys", seconds: 60);
        Assert.Equal(Keys + 1, watch.Seen.Count);
        Assert.Equal(Keys + 1, watch.Events);
    }

    [Fact]
    public async Task After_a_compaction_during_an_outage_the_differences_are_told()
    {
        await using var store = await servers.OpenAsync();
        await using var writer = await servers.OpenAsync();
        foreach (var key in (string[])["stays", "changes", "goes"])
            await writer.PutAsync(key, "1");
        await using var proxy = new CutCable(servers.Cluster.Members[0].ClientUrl);
        await using var cut = await servers.OpenAsync(servers.Settings with { Endpoints = [proxy.Address] });
        await using var watch = new WatchLog(cut, "", Stores.Stop);
        await watch.UntilListedAsync();
        proxy.Cut();
        await writer.PutAsync("changes", "2");
        await writer.CommitAsync([], [new KvOperation.Delete("goes")], Stores.Stop);
        await writer.PutAsync("comes", "1");
        await servers.Cluster.Members[0].Api.CompactAsync(Stores.Stop);
        proxy.Mend();
        await watch.UntilAsync(seen => seen.ContainsKey("comes") && !seen.ContainsKey("goes"), "the differences");
        Assert.Equal(["changes=2", "comes=1", "stays=1"], watch.Seen.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal));
        Assert.Equal(1, watch.Lists);
        Assert.Equal(3 + 3, watch.Events);
    }

    [Fact]
    public async Task After_the_server_was_wiped_its_new_content_is_told()
    {
        await using var store = await servers.OpenAsync();
        for (var i = 0; i < 10; i++)
            await store.PutAsync($"old{i}", "1");
        await using var watch = new WatchLog(store, "", Stores.Stop);
        await watch.UntilListedAsync();
        await servers.Cluster.WipeAsync(Stores.Stop);
        await store.UntilWrittenAsync("new", "1");
        await watch.UntilAsync(seen => seen.Count == 1 && seen.ContainsKey("new"), "the old keys go, the new one comes", seconds: 30);
    }

    [Fact]
    public async Task A_hundred_thousand_keys_are_listed_about_as_fast_as_they_are_read()
    {
        const int Keys = 100_000;
        await using var store = await servers.OpenAsync();
        await Bulk.WriteAsync(store, Enumerable.Range(0, Keys).Select(i => $"cilium/state/ip/v1/default/10.{i >> 16}.{(i >> 8) & 255}.{i & 255}"), 120);
        var (raw, listed) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(servers.Cluster.Members[0].ClientUrl, new() { MaxReceiveMessageSize = null });
        var (key, end) = EtcdKeys.Range("cilium/");
        // The best of several, in turn: the machine is shared.
        for (var round = 0; round < 5; round++)
        {
            var started = Stopwatch.GetTimestamp();
            var all = await new Etcdserverpb.KV.KVClient(channel).RangeAsync(new() { Key = key, RangeEnd = end }, cancellationToken: Stores.Stop);
            raw = Shorter(raw, started);
            Assert.Equal(Keys, all.Kvs.Count);
            started = Stopwatch.GetTimestamp();
            var count = 0;
            await foreach (var change in store.WatchAsync("cilium/", Stores.Stop))
            {
                if (change.Kind == KvEventKind.ListDone)
                    break;
                count++;
            }

            listed = Shorter(listed, started);
            Assert.Equal(Keys, count);
        }

        TestContext.Current.SendDiagnosticMessage($"{Keys} keys: read raw in {raw.TotalMilliseconds:0} ms, told by a watch in {listed.TotalMilliseconds:0} ms");
        // The goal is 1.5, for the benchmark: here other tests run too, and nothing is optimised.
        Assert.True(listed < raw * 3, $"told by a watch in {listed.TotalMilliseconds:0} ms, read raw in {raw.TotalMilliseconds:0} ms; accepted: at most 3 times that");

        static TimeSpan Shorter(TimeSpan before, long started) => Stopwatch.GetElapsedTime(started) is var now && now < before ? now : before;
    }
}
