using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.Kvstore;

public abstract partial class KvstoreConformance
{
    private const int ManyWatches = 50, LargeValues = 60, LargeBytes = 100 * 1024;

    [Fact]
    public async Task Each_write_can_be_repeated()
    {
        var promise = new Promise("IKvstore.CommitAsync: the tenth commit of a kind does what the first does.", "what is left over from the commit before: cached revisions, keys that are remembered as gone.");
        await using var watch = Watch("", promise);
        for (var round = 0; round < Repeats; round++)
        {
            var value = $"{round}";
            var created = await CommitAsync([new KvCondition.KeyAbsent("a")], Put("a", value));
            promise.Equal(true, created.Succeeded, $"creating a key succeeded in round {round}");
            promise.Equal(true, (await CommitAsync([new KvCondition.RevisionEquals("a", created.Revision)], Put("a", value + "+"))).Succeeded, $"a guarded write succeeded in round {round}");
            promise.Equal(false, (await CommitAsync([new KvCondition.RevisionEquals("a", created.Revision)], new KvOperation.Delete("a"))).Succeeded, $"a guarded deletion of what was written since succeeded in round {round}");
            promise.Equal(true, (await CommitAsync([new KvCondition.KeyExists("a"), new KvCondition.PrefixEmpty("b")], Put("b", value), Put("a", value + "!"))).Succeeded, $"a write of two keys succeeded in round {round}");
            await watch.UntilAsync("a", value + "!");
            promise.Same([$"a={value}!", $"b={value}"], Lines(await ListAsync("")), $"the content in round {round}");
            promise.Equal(true, (await CommitAsync([], new KvOperation.Delete("a"), new KvOperation.Delete("b"))).Succeeded, $"a deletion of two keys succeeded in round {round}");
            await watch.UntilAsync("a", null);
            await watch.UntilAsync("b", null);
        }
    }

    [Fact]
    public async Task Many_watches_are_told_everything()
    {
        var promise = new Promise("IKvstore.WatchAsync: many watches at a time are each told everything of their prefix.", "streams or connections that are limited in number, or one reader that serves all watches in turn.");
        var watches = Enumerable.Range(0, ManyWatches).Select(number => Watch(number % 2 == 0 ? "" : $"k{number % Repeats}", promise)).ToArray();
        try
        {
            await Task.WhenAll(watches.Select(watch => watch.ListAsync()));
            for (var number = 0; number < Repeats; number++)
                await PutAsync($"k{number}", "there");
            await Task.WhenAll(watches.Select((watch, number) => watch.UntilAsync($"k{(number % 2 == 0 ? Repeats - 1 : number % Repeats)}", "there")));
            await PutAsync("k0", "changed");
            await DeleteAsync("k1");
            await Task.WhenAll(watches.Where((_, number) => number % 2 == 0).Select(watch => watch.UntilAsync("k1", null)));
            promise.Kept(watches.Where((_, number) => number % 2 == 0).All(watch => watch.Known["k0"] == "changed"), () => "a watch of everything was told of a later change and not of an earlier one.");
        }
        finally
        {
            await Task.WhenAll(watches.Select(watch => watch.DisposeAsync().AsTask()));
        }
    }

    [Fact]
    public async Task A_prefix_of_six_megabytes_is_listed_and_watched()
    {
        var promise = new Promise("IKvstore lists and watches a prefix of any size; only keys, values and commits have limits.", "the largest message that the client accepts (4 MB in many), and lists that need several answers.");
        var expected = Enumerable.Range(0, LargeValues).Select(number => ($"large/{number:00}", LargeBytes + number)).ToArray();
        foreach (var (key, bytes) in expected)
            await PutAsync(key, new string('x', bytes));
        promise.Same(expected, (await ListAsync("large/")).Select(entry => (entry.Key, entry.Value.Length)), "keys and sizes of the list");
        await using var watch = Watch("large/", promise);
        await watch.ListAsync();
        promise.Same(expected, watch.Known.Select(known => (known.Key, known.Value.Length)), "keys and sizes that the watch reported before ListDone");
        await PutAsync("large/00", "small");
        await watch.UntilAsync("large/00", "small");
    }

    [Fact]
    public async Task A_call_that_is_given_up_ends_and_does_no_harm()
    {
        var promise = new Promise("IKvstore: a call whose token is cancelled gives up with OperationCanceledException, or had its answer already; the store goes on.", "pass the token on to whatever is waited for; put back what a call has taken (a lock, a connection) also when it gives up.");
        await PutAsync("a", "0");
        for (var round = 1; round <= Repeats; round++)
        {
            using var cancel = new CancellationTokenSource();
            Task[] calls =
            [
                Store.GetAsync("a", cancel.Token).AsTask(), Store.ListAsync("", cancel.Token).AsTask(), Store.CommitAsync([], [Put("a", $"{round}"), Put("b", $"{round}")], cancel.Token).AsTask(),
                Task.Run(async () => await (await Store.GrantLeaseAsync(Shortest, cancel.Token)).DisposeAsync()),
            ];
            await cancel.CancelAsync();
            foreach (var call in calls)
                await GivenUpAsync(call, promise);
            using var cancelled = new CancellationTokenSource();
            await cancelled.CancelAsync();
            await GivenUpAsync(Task.Run(async () => await Store.CommitAsync([], [Put("c", "x"), Put("d", "x")], cancelled.Token)), promise);
            var both = (await ListAsync("")).Where(entry => entry.Key is "c" or "d").ToArray();
            promise.Kept(both.Length is 0 or 2, () => $"a commit of two keys that was given up left {Show.All([.. Lines(both)])}.");
            promise.Equal(true, (await PutAsync("a", "after")).Succeeded, "a commit after calls that were given up succeeded");
        }
    }

    [Fact]
    public async Task Nodes_that_ask_for_an_empty_prefix_at_once_agree_on_one()
    {
        var promise = new Promise("KvCondition.PrefixEmpty is judged at the moment of the commit, for all nodes that share the store.", "a lock that only this process knows. NativePrefixEmpty is for stores that judge it themselves.");
        if (!Store.Capabilities.HasFlag(KvstoreCapabilities.Shared) || await ConnectAnotherAsync() is not { } other)
        {
            NotApplicable("Shared is not claimed");
            return;
        }

        await using var _ = other;
        await Within.Of(other.StartAsync(Stop), "IKvstore.StartAsync");
        for (var round = 0; round < Repeats; round++)
        {
            var folder = $"labels{round}/";
            var results = await Task.WhenAll(Enumerable.Range(0, Writers).Select(node => Task.Run(async () =>
                await Within.Of((node % 2 == 0 ? Store : other).CommitAsync([new KvCondition.PrefixEmpty(folder)], [Put($"{folder}node{node}", "x")], Stop), "IKvstore.CommitAsync"))));
            promise.Equal(1, results.Count(result => result.Succeeded), $"commits of two nodes that succeeded of {Writers} at once under PrefixEmpty(\"{folder}\")");
            promise.Equal(1, (await ListAsync(folder)).Count, $"keys below {folder}");
        }
    }

    private async Task GivenUpAsync(Task call, Promise promise)
    {
        if (await Task.WhenAny(call, Task.Delay(Patience, TimeProvider.System, Stop)) != call)
            throw promise.Broken($"a call still waits {Patience.TotalSeconds:0.#} s after its token was cancelled.");
        if (call.Exception?.InnerException is { } error and not CiliumException { Kind: ErrorKind.Unavailable })
            throw promise.Broken($"a call that was given up threw {Show.Failure(error)}");
    }
}
