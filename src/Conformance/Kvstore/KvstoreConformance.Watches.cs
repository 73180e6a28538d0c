using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.Kvstore;

public abstract partial class KvstoreConformance
{
    private const int Burst = 300;

    [Fact]
    public async Task A_watch_reports_what_exists_then_the_end_of_the_list_then_changes()
    {
        var promise = new Promise(
            "IKvstore.WatchAsync reports Created for every key that exists, then exactly one ListDone, then changes of its prefix.",
            "what is sent before ListDone, how Created and Modified are told apart, and whether keys of other prefixes are filtered.");
        await PutAsync("a/1", "x");
        await PutAsync("b/1", "x");
        await using var watch = Watch("a/", promise);
        promise.Equal("Created a/1=x", await watch.NextAsync("Created a/1"), "the first event");
        promise.Equal("ListDone", await watch.NextAsync("ListDone"), "the event after the only key that existed");
        await PutAsync("b/2", "x");
        await PutAsync("a/1", "y");
        promise.Equal("Modified a/1=y", await watch.NextAsync("Modified a/1"), "the event after a/1 was written again (and b/2, which the watch did not ask for)");
        await DeleteAsync("a/1");
        promise.Equal("Deleted a/1", await watch.NextAsync("Deleted a/1"), "the event after a/1 was deleted");
        await DeleteAsync("a/1");
        await PutAsync("a/1", "z");
        promise.Equal("Created a/1=z", await watch.NextAsync("Created a/1"), "the event after a/1 was deleted again and then created");
    }

    [Fact]
    public async Task A_watch_over_nothing_ends_its_list_at_once()
    {
        var promise = new Promise("IKvstore.WatchAsync reports ListDone also when no key exists.", "a list that waits for its first key: the agent deletes nothing before every source has delivered its list.");
        await using var watch = Watch("none/", promise);
        promise.Equal("ListDone", await watch.NextAsync("ListDone"), "the first event");
    }

    [Fact]
    public async Task A_watch_begun_while_others_write_loses_and_reorders_nothing()
    {
        var promise = new Promise(
            "IKvstore.WatchAsync: changes of one key come in order and its last state is never lost; with EveryRevision no change is left out.",
            "the gap between reading the list and subscribing to changes: subscribe first or do both under one lock, and drop what the list already holds.");
        var claimed = Store.Capabilities.HasFlag(KvstoreCapabilities.EveryRevision);
        for (var round = 0; round < 5; round++)
        {
            var key = $"k{round}";
            await PutAsync(key, "first");
            var written = new List<ulong>();
            var started = new TaskCompletionSource();
            var writing = Task.Run(async () =>
            {
                for (var i = 0; i < Burst / 3; i++)
                {
                    written.Add((await PutAsync(key, $"{i}")).Revision);
                    if (i == 5)
                        started.SetResult();
                }

                written.Add((await PutAsync(key, "last")).Revision);
            });
            await started.Task.WaitAsync(Patience, TimeProvider.System);
            await using var watch = Watch(key, promise);
            await watch.UntilAsync(key, "last");
            await writing;
            var told = watch.Revisions.Select(seen => seen.Revision).ToArray();
            promise.Kept(told.Zip(told.Skip(1)).All(pair => pair.First < pair.Second || !written.Contains(pair.Second) || written.IndexOf(pair.First) < written.IndexOf(pair.Second)),
                () => $"revisions of one key came as {Show.All(told)}.");
            if (claimed)
                promise.Same(written.SkipWhile(revision => revision != told[0]), told, "EveryRevision is claimed; the revisions told of");
        }
    }

    [Fact]
    public async Task A_slow_reader_delays_only_itself()
    {
        var promise = new Promise(
            "IKvstore.WatchAsync: a slow reader delays only itself, and misses no last state.",
            "a bounded queue between writer and watch, or events that are sent under the store's lock.");
        await using var slow = Watch("", promise);
        await slow.ListAsync();
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < Burst; i++)
                await PutAsync($"key{i % 10}", $"{i}");
        });
        try
        {
            await writing.WaitAsync(Patience * 3, TimeProvider.System);
        }
        catch (Exception error) when (error is TimeoutException or BrokenPromiseException)
        {
            throw promise.Broken($"{Burst} commits did not end while a watch was not read.");
        }

        for (var i = Burst - 10; i < Burst; i++)
            await slow.UntilAsync($"key{i % 10}", $"{i}");
    }

    [Fact]
    public async Task Every_watch_sees_every_key()
    {
        var promise = new Promise("IKvstore is safe for concurrent use: each watch is told everything of its prefix.", "one queue that several watches read from.");
        WatchReader[] watches = [Watch("", promise), Watch("", promise), Watch("a", promise)];
        try
        {
            foreach (var watch in watches)
                await watch.ListAsync();
            await CommitAsync([], Put("a", "1"), Put("ab", "2"));
            foreach (var watch in watches)
            {
                await watch.UntilAsync("a", "1");
                await watch.UntilAsync("ab", "2");
            }
        }
        finally
        {
            foreach (var watch in watches)
                await watch.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_cancelled_watch_ends()
    {
        var promise = new Promise("IKvstore.WatchAsync ends by cancellation.", "pass the token to whatever the sequence waits on ([EnumeratorCancellation]).");
        await using var watch = Watch("", promise);
        await watch.ListAsync();
        var next = watch.BeginNext();
        await watch.CancelAsync();
        await EndedAsync(next, promise, "after its token was cancelled");
    }

    [Fact]
    public async Task A_watch_ends_when_the_store_is_disposed()
    {
        var promise = new Promise("IKvstore.WatchAsync ends when the store is disposed.", "complete every watch in DisposeAsync.");
        await using var watch = Watch("", promise);
        await watch.ListAsync();
        var next = watch.BeginNext();
        await Within.Of(Store.DisposeAsync(), "IKvstore.DisposeAsync");
        await EndedAsync(next, promise, "after the store was disposed");
    }

    private async Task EndedAsync(Task<bool> next, Promise promise, string when)
    {
        var finished = await Task.WhenAny(next, Task.Delay(Patience, TimeProvider.System, Stop));
        promise.Kept(finished == next, () => $"a watch still waits {Patience.TotalSeconds:0.#} s {when}.");
        promise.Kept(!next.IsCompletedSuccessfully || !await next, () => $"a watch reported something more {when}.");
    }

    private WatchReader Watch(string prefix, Promise promise) => Watch(Store, prefix, promise);

    private WatchReader Watch(IKvstore store, string prefix, Promise promise) => new(store, prefix, Patience, promise, Stop);
}
