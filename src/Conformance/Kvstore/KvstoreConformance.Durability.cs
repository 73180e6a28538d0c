using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.Kvstore;

public abstract partial class KvstoreConformance
{
    [Fact]
    public async Task Content_and_revisions_survive_closing()
    {
        var promise = new Promise(
            "IKvstore: a write that was acknowledged survives; KvEntry.Revision grows with every write of a key, also over a restart.",
            "what StartAsync reads back. Keep the number of the last commit beside the keys, also when the last commit deleted its key.");
        await PutAsync("a", "1");
        await PutAsync("b", "2");
        var last = (await PutAsync("c", "3")).Revision;
        await DeleteAsync("c");
        var before = await ListAsync("");
        await Within.Of(Store.DisposeAsync(), "IKvstore.DisposeAsync");
        await using var again = await ReopenAsync();
        if (again is null)
        {
            NotApplicable("ReopenAsync gives null: the content of this store ends with it");
            return;
        }

        await Within.Of(again.StartAsync(Stop), "IKvstore.StartAsync");
        var after = await ListAsync(again, "");
        promise.Same(Lines(before), Lines(after), "the content after closing and opening");
        promise.Same(before.Select(entry => entry.Revision), after.Select(entry => entry.Revision), "the revisions after closing and opening");
        var next = (await Within.Of(again.CommitAsync([], [Put("c", "4")], Stop), "IKvstore.CommitAsync")).Revision;
        promise.Kept(next > last, () => $"key c has revision {next} after the store was closed; before, it had {last}.");
    }

    [Fact]
    public async Task What_was_acknowledged_is_there_after_a_crash()
    {
        var promise = new Promise(
            "IKvstore: a write that was acknowledged survives a crash of the process and of the machine.",
            "buffers that are not flushed before CommitAsync returns (FileStream.Flush(flushToDisk: true)), and content that only DisposeAsync writes.");
        await CommitAsync([], Put("left", "1"), Put("right", "1"));
        await PutAsync("gone", "1");
        await DeleteAsync("gone");
        await using var after = await AfterCrashAsync();
        if (after is null)
        {
            NotApplicable("AfterCrashAsync gives null: what a crash leaves cannot be looked at");
            return;
        }

        await Within.Of(after.StartAsync(Stop), "IKvstore.StartAsync");
        promise.Same(["left=1", "right=1"], Lines(await ListAsync(after, "")), "the content after a crash");
    }

    [Fact]
    public async Task Another_node_sees_the_same_content()
    {
        var promise = new Promise("KvstoreCapabilities.Shared: several nodes see the same content.", "override ConnectAnotherAsync; claim Shared only when another node reads and watches what this one commits.");
        await using var other = await ConnectAnotherAsync();
        if (!Store.Capabilities.HasFlag(KvstoreCapabilities.Shared))
        {
            promise.Kept(other is null, () => "ConnectAnotherAsync gives a store, but Shared is not claimed: nodes that could share would not.");
            NotApplicable("Shared is not claimed");
            return;
        }

        if (other is null)
            throw promise.Broken("Shared is claimed, but ConnectAnotherAsync gives null: nothing shows it.");
        await Within.Of(other.StartAsync(Stop), "IKvstore.StartAsync");
        await using var watch = Watch(other, "", promise);
        await watch.ListAsync();
        var committed = await PutAsync("a", "1");
        await watch.UntilAsync("a", "1");
        promise.Equal(committed.Revision, (await GetAsync(other, "a"))?.Revision, "the revision that the other node reads");
    }
}
