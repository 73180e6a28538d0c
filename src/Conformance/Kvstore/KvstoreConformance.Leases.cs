using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Conformance.References;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.Kvstore;

public abstract partial class KvstoreConformance
{
    [Fact]
    public async Task A_lease_is_granted_within_the_limits()
    {
        var promise = new Promise(
            "IKvstore.GrantLeaseAsync: the time asked for is brought within Limits; IKvLease.TimeToLive is what was granted, not less than asked for.",
            "KvstoreLimits.Granted gives the time. A store that counts whole seconds rounds up.");
        TimeSpan least = Store.Limits.MinTimeToLive, most = Store.Limits.MaxTimeToLive;
        foreach (var asked in (TimeSpan[])[least / 10, least, least + TimeSpan.FromMilliseconds(1500), most, most * 2])
        {
            await using var lease = await GrantAsync(Store, asked);
            var wanted = Store.Limits.Granted(asked);
            promise.Kept(lease.TimeToLive >= wanted && lease.TimeToLive < wanted + TimeSpan.FromSeconds(1),
                () => $"{asked} was asked for, {lease.TimeToLive} was granted instead of {wanted} (or up to a second more).");
            promise.Kept(!lease.Lost.IsCancellationRequested, () => $"a lease of {lease.TimeToLive} is lost as soon as it is granted.");
            await RevokeAsync(lease);
        }
    }

    [Fact]
    public async Task Revoking_a_lease_deletes_its_keys_at_once()
    {
        var promise = new Promise("IKvLease.RevokeAsync ends the lease now; its keys are deleted; success when it is gone already.", "delete every key of the lease in the step that ends it, and tell the watches.");
        await using var watch = Watch("", promise);
        for (var round = 0; round < Repeats; round++)
        {
            var lease = await GrantAsync(Store, Shortest);
            await CommitAsync([], Put("a", $"{round}", lease), Put("b", $"{round}", lease), Put("free", $"{round}"));
            await PutAsync("c", $"{round}", lease);
            await watch.UntilAsync("c", $"{round}");
            for (var again = 0; again < 2; again++)
                await RevokeAsync(lease);
            promise.Same([$"free={round}"], Lines(await ListAsync("")), "the keys after the lease of a, b and c was revoked");
            foreach (var key in (string[])["a", "b", "c"])
                await watch.UntilAsync(key, null);
            await Within.Of(lease.DisposeAsync(), "IKvLease.DisposeAsync");
        }
    }

    [Fact]
    public async Task A_key_that_left_its_lease_does_not_end_with_it()
    {
        var promise = new Promise(
            "KvOperation.Put: the key vanishes with the lease of its last write; it leaves the one that it had. A key that was deleted and created again has nothing to do with its former lease.",
            "the list of keys that a lease carries with it: every Put and Delete takes the key off the lease that it had.");
        await using var next = await GrantAsync(Store, Shortest);
        for (var round = 0; round < Repeats; round++)
        {
            await using var lease = await GrantAsync(Store, Shortest);
            await LeaveAsync(lease, next);
            await RevokeAsync(lease);
            Stayed(promise, await ListAsync(""), "was revoked");
        }

        await RevokeAsync(next);
        promise.Same(["again", "plain"], (await ListAsync("")).Select(entry => entry.Key), "the keys after the lease that one of them had moved to was revoked");
    }

    [Fact]
    public async Task Whoever_holds_a_lease_learns_that_it_is_gone()
    {
        var promise = new Promise("IKvLease.Lost is cancelled when the lease is known to be gone.", "cancel Lost when the lease is revoked, and when a renewal is told that there is no such lease.");
        var lease = await GrantAsync(Store, Shortest);
        await RevokeAsync(lease);
        await LostAsync(lease, Patience, promise, "it was revoked");
        var ended = await GrantAsync(Store, Shortest);
        await PutAsync("a", "1", ended);
        if (await EndLeaseAsync(ended))
        {
            await LostAsync(ended, Store.Limits.LongestExpiry(ended.TimeToLive) + Patience, promise, "it was ended in the store");
            await RefusedAsync(ended, ErrorKind.Conflict, "a lease that was ended in the store");
        }

        await RevokeAsync(ended);
    }

    [Fact]
    public async Task A_write_with_a_lost_lease_is_refused_and_changes_nothing()
    {
        var lease = await GrantAsync(Store, Shortest);
        await PutAsync("a", "1", lease);
        await RevokeAsync(lease);
        for (var round = 0; round < Repeats; round++)
            await RefusedAsync(lease, ErrorKind.Conflict, "a lease that was revoked");
    }

    [Fact]
    public async Task A_lease_of_another_store_is_refused()
    {
        await using var other = new MemoryKvstore();
        await using var lease = await other.GrantLeaseAsync(TimeSpan.FromMinutes(1), Stop);
        await RefusedAsync(lease, ErrorKind.Invalid, "a lease of another store");
    }

    /// <summary>A Put under a lease is refused, and so is all that is committed with it.</summary>
    private async Task RefusedAsync(IKvLease lease, ErrorKind kind, string what)
    {
        var promise = new Promise(
            "IKvstore.CommitAsync throws CiliumException of kind Conflict when a lease is lost (Conflict or Invalid for a lease of another store), and changes nothing.",
            "look at every lease before the first write; a store that only attaches keys afterwards leaves keys that nobody removes.");
        var before = await ListAsync("");
        var refusal = await RefusalAsync([Put("free", "x"), Put("leased", "x", lease)]);
        promise.Kept(refusal is CiliumException { Kind: var seen } && (seen == kind || seen == ErrorKind.Conflict),
            () => $"a commit with {what} {(refusal is null ? "was accepted" : "threw " + Kind(refusal) + Show.Failure(refusal))}.");
        promise.Kept(refusal!.Message.Length > 0, () => $"a commit with {what} was refused without a word.");
        promise.Same(Lines(before), Lines(await ListAsync("")), $"the content after a commit with {what} was refused");
    }

    private static string Kind(Exception refusal) => refusal is CiliumException { Kind: var kind } ? $"(kind {kind}) " : "";

    /// <summary>Four keys under a lease; three leave it, each in its way.</summary>
    private async Task LeaveAsync(IKvLease lease, IKvLease next)
    {
        foreach (var key in (string[])["again", "moved", "plain", "stays"])
            await PutAsync(key, "first", lease);
        await DeleteAsync("again");
        await PutAsync("again", "second");
        await PutAsync("plain", "second");
        await PutAsync("moved", "second", next);
    }

    private static void Stayed(Promise promise, IReadOnlyList<KvEntry> entries, string how)
    {
        (string Key, string How)[] left = [("again", "was deleted and created again without a lease"), ("moved", "was written with another lease"), ("plain", "was written without a lease")];
        foreach (var (key, way) in left)
            promise.Kept(entries.Any(entry => entry.Key == key), () => $"key \"{key}\", which {way}, is gone after the lease that it had before {how}.");
        promise.Kept(entries.All(entry => entry.Key != "stays"), () => $"key \"stays\" is there after its lease {how}.");
    }

    private static async Task LostAsync(IKvLease lease, TimeSpan within, Promise promise, string after)
    {
        if (!await BecomesAsync(() => Task.FromResult(lease.Lost.IsCancellationRequested), within))
            throw promise.Broken($"Lost of a lease of {lease.TimeToLive} is not cancelled {within.TotalSeconds:0.#} s after {after}.");
    }

    private TimeSpan Shortest => Store.Limits.MinTimeToLive;

    private Task<IKvLease> GrantAsync(IKvstore store, TimeSpan timeToLive) => Within.Of(store.GrantLeaseAsync(timeToLive, Stop), "IKvstore.GrantLeaseAsync");

    private Task RevokeAsync(IKvLease lease) => Within.Of(lease.RevokeAsync(Stop), "IKvLease.RevokeAsync");

    private Task<KvCommitResult> PutAsync(string key, string value, IKvLease lease) => CommitAsync([], Put(key, value, lease));
}
