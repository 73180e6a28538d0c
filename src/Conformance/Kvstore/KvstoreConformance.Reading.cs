using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.Kvstore;

public abstract partial class KvstoreConformance
{
    /// <summary>Ordinal order is that of UTF-16 code units: an emoji (surrogates, D800..DFFF) comes before U+FFFD, which UTF-8 orders the other way round.</summary>
    private static readonly string[] KeysInOrder = ["a/1", "a/10", "a/2", "a/B", "a/a", "a/\U0001F600", "a/\uFFFD"];

    [Fact]
    public async Task A_key_that_does_not_exist_reads_as_null()
    {
        var promise = new Promise("IKvstore.GetAsync returns null when the key does not exist.", "the answer for a missing key; a prefix of a key is not that key.");
        await PutAsync("a/b", "1");
        foreach (var key in (string[])["a", "a/", "a/bc", "b"])
            promise.Equal(null, await GetAsync(key), $"GetAsync(\"{key}\") where only \"a/b\" exists");
    }

    [Fact]
    public async Task A_value_is_read_back_with_the_revision_of_its_commit()
    {
        var promise = new Promise(
            "IKvstore.GetAsync reads what was committed, never older than the last acknowledged commit; KvCommitResult.Revision is the revision that the key now has.",
            "where the revision of an entry comes from, and caches in front of the store.");
        foreach (var value in (string[])["1", "", "2"])
        {
            var committed = await PutAsync("a/b", value);
            promise.Kept(committed.Succeeded, () => "a commit without conditions was refused.");
            var entry = await GetAsync("a/b") ?? throw promise.Broken("the key is missing after its commit was acknowledged.");
            promise.Equal(value, Text(entry.Value), "the value");
            promise.Equal(committed.Revision, entry.Revision, "the entry's revision, compared with that of the commit,");
        }
    }

    [Fact]
    public async Task A_value_belongs_to_the_store()
    {
        var promise = new Promise("KvOperation.Put: the store copies the value; what the caller does with its buffer afterwards changes nothing.", "copy the bytes before the commit is acknowledged.");
        var buffer = "before"u8.ToArray();
        await CommitAsync([], new KvOperation.Put("a", buffer));
        "AFTER!"u8.CopyTo(buffer);
        promise.Equal("before", Text((await GetAsync("a"))!.Value), "the value after its caller re-used the buffer");
    }

    [Fact]
    public async Task Every_write_gives_a_key_a_revision_that_it_never_had()
    {
        var promise = new Promise(
            "KvEntry.Revision grows with every write of the key, also when it was deleted in between.",
            "count commits of the whole store, not writes of a key; an equal value and a key created again count too.");
        var seen = new List<ulong>();
        foreach (var step in (string[])["x", "x", "y", "", "x"])
        {
            if (step.Length == 0)
            {
                await DeleteAsync("a");
                continue;
            }

            var revision = (await PutAsync("a", step)).Revision;
            promise.Kept(seen.All(earlier => earlier < revision), () => $"revision {revision} came after {Show.All(seen)}.");
            seen.Add(revision);
        }
    }

    [Fact]
    public async Task A_prefix_lists_its_keys_in_ordinal_order()
    {
        var promise = new Promise(
            "IKvstore.ListAsync reads all keys that start with a prefix, compared as text, in ordinal order.",
            "sort by string.CompareOrdinal; a store that orders by UTF-8 bytes differs for characters beyond U+FFFF; a prefix is no folder unless it ends in '/'.");
        foreach (var key in KeysInOrder.Reverse().Concat(["a", "aa", "b"]))
            await PutAsync(key, "x");
        promise.Same(KeysInOrder, (await ListAsync("a/")).Select(entry => entry.Key), "ListAsync(\"a/\")");
        promise.Same(["a", .. KeysInOrder, "aa", "b"], (await ListAsync("")).Select(entry => entry.Key), "ListAsync(\"\")");
        promise.Same(["aa"], (await ListAsync("aa")).Select(entry => entry.Key), "ListAsync(\"aa\")");
        promise.Same([], (await ListAsync("c")).Select(entry => entry.Key), "ListAsync(\"c\")");
    }

    [Fact]
    public async Task The_status_is_told_at_any_time()
    {
        var promise = new Promise("IKvstore.GetStatusAsync never throws, and says in words how the store is doing.", "catch what the store throws and put it into the message.");
        for (var round = 0; round < 2; round++)
        {
            try
            {
                var status = await Within.Of(Store.GetStatusAsync(Stop), "IKvstore.GetStatusAsync");
                promise.Kept(status.Message.Length > 0, () => "the message is empty.");
                promise.Kept(round > 0 || status.IsReachable, () => $"a store that was started and answers says that it is not reachable: {status.Message}");
                promise.Kept(round == 0 || !status.IsReachable, () => $"a store that was disposed says that it is reachable: {status.Message}");
            }
            catch (Exception error) when (error is not BrokenPromiseException)
            {
                throw promise.Broken($"{(round == 0 ? "" : "after disposal it threw ")}{Show.Failure(error)}");
            }

            await Store.DisposeAsync();
        }
    }
}
