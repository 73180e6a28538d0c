using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.Kvstore;

public abstract partial class KvstoreConformance
{
    [Fact]
    public async Task Keys_live_as_long_as_the_holder_of_their_lease_and_not_longer()
    {
        var promise = new Promise(
            "IKvLease: keys live while the lease is renewed; DisposeAsync stops the renewal and removes nothing; a dead holder's keys are gone after Limits.LongestExpiry.",
            "the renewal (it must run until the lease is disposed, in time for each next one), and who removes the keys when nobody renews any more.");
        await using var living = await GrantAsync(Store, Shortest);
        var left = await GrantAsync(Store, Shortest);
        await PutAsync("living", "1", living);
        await LeaveAsync(left, living);
        await using var watch = Watch("", promise);
        await watch.ListAsync();
        await Within.Of(left.DisposeAsync(), "IKvLease.DisposeAsync");
        promise.Kept(await GetAsync("stays") is not null, () => "a key vanished when its lease was disposed, before it ran out.");
        await RunsOutAsync(Store, "stays", left.TimeToLive, promise);
        await watch.UntilAsync("stays", null);
        promise.Kept(await GetAsync("living") is not null, () => $"a key vanished while its lease of {living.TimeToLive} was held and not lost.");
        promise.Kept(!living.Lost.IsCancellationRequested, () => $"a lease of {living.TimeToLive} was lost while it was held.");
        Stayed(promise, await ListAsync(""), "ran out");
        await RefusedAsync(left, ErrorKind.Conflict, "a lease that ran out");
        await RevokeAsync(living);
    }

    [Fact]
    public async Task A_node_that_starts_again_in_time_takes_its_keys_over()
    {
        var promise = new Promise(
            "IKvLease: disposal of a lease or of its store removes nothing, so that a process that starts again in time finds its keys and takes them over; what it leaves is gone after Limits.LongestExpiry.",
            "IKvstore.DisposeAsync must stop the renewal without revoking; what is known of a lease must outlive the process, or keys of dead holders stay for ever.");
        var former = await GrantAsync(Store, Shortest);
        await CommitAsync([], Put("kept", "1", former), Put("forgotten", "1", former));
        await Within.Of(Store.DisposeAsync(), "IKvstore.DisposeAsync");
        await using var again = await ReopenAsync() ?? await ConnectAnotherAsync();
        if (again is null)
        {
            NotApplicable("ReopenAsync and ConnectAnotherAsync give null: nobody sees what a store leaves");
            return;
        }

        await Within.Of(again.StartAsync(Stop), "IKvstore.StartAsync");
        promise.Same(["forgotten=1", "kept=1"], Lines(await ListAsync(again, "")), "the content right after a node that did not revoke its lease was started again");
        await using var mine = await GrantAsync(again, Shortest);
        await Within.Of(again.CommitAsync([], [Put("kept", "2", mine)], Stop), "IKvstore.CommitAsync");
        await RunsOutAsync(again, "forgotten", former.TimeToLive, promise);
        promise.Same(["kept=2"], Lines(await ListAsync(again, "")), "the content after the former lease ran out");
        await RevokeAsync(mine);
    }

    [Fact]
    public async Task The_lock_of_a_dead_holder_is_free_in_time_and_the_dead_can_write_no_more()
    {
        var promise = new Promise(
            "KvLock: a holder that dies blocks the others for at most Limits.LongestExpiry; a commit under its Held is not carried out once the lock is lost; Revision is greater than that of every earlier holder.",
            "expiry of leases; KvCondition.RevisionEquals; revisions that grow also when the key was deleted in between.");
        var other = await ConnectAnotherAsync();
        if (other is not null)
            await Within.Of(other.StartAsync(Stop), "IKvstore.StartAsync");
        var first = other ?? Store;
        var dead = await AcquireAsync(first, "lock", Shortest);
        await Within.Of(first.DisposeAsync(), "IKvstore.DisposeAsync");
        var reopened = other is null ? await ReopenAsync() : null;
        var second = other is null ? reopened : Store;
        if (second is null)
        {
            NotApplicable("ReopenAsync and ConnectAnotherAsync give null: nobody sees what a store leaves");
            return;
        }

        await using var _ = reopened;
        if (reopened is not null)
            await Within.Of(reopened.StartAsync(Stop), "IKvstore.StartAsync");
        var granted = Store.Limits.Granted(Shortest);
        var acquiring = KvLock.AcquireAsync(second, "lock", Shortest, "heir", Stop);
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        if (await Task.WhenAny(acquiring, Task.Delay(Store.Limits.LongestExpiry(granted) + Patience, TimeProvider.System, Stop)) != acquiring)
            throw promise.Broken($"the lock of a holder that is gone is not free after {System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds:0.#} s (lease: {granted}).");
        await using var heir = await acquiring;
        promise.Kept(heir.Revision > dead.Revision, () => $"the next holder has revision {heir.Revision}, the one before had {dead.Revision}.");
        promise.Equal(false, (await Within.Of(second.CommitAsync([dead.Held], [Put("guarded", "dead")], Stop), "IKvstore.CommitAsync")).Succeeded, "a commit under Held of the dead holder succeeded");
        promise.Equal(true, (await Within.Of(second.CommitAsync([heir.Held], [Put("guarded", "heir")], Stop), "IKvstore.CommitAsync")).Succeeded, "a commit under Held of the holder succeeded");
    }

    /// <summary>Waits until a key of a dead holder is gone, and no longer than is allowed.</summary>
    private async Task RunsOutAsync(IKvstore store, string key, TimeSpan timeToLive, Promise promise)
    {
        var longest = Store.Limits.LongestExpiry(timeToLive);
        if (!await BecomesAsync(async () => await GetAsync(store, key) is null, longest + Slack))
            throw promise.Broken($"key \"{key}\" is still there {(longest + Slack).TotalSeconds:0.#} s after its lease of {timeToLive} was left alone; LongestExpiry is {longest.TotalSeconds:0.#} s.");
    }

    /// <summary>What a busy machine may add.</summary>
    private static TimeSpan Slack => TimeSpan.FromSeconds(2);

    private Task<KvLock> AcquireAsync(IKvstore store, string key, TimeSpan timeToLive) =>
        Within.Of(new ValueTask<KvLock>(KvLock.AcquireAsync(store, key, timeToLive, "conformance", Stop)), "KvLock.AcquireAsync");
}
