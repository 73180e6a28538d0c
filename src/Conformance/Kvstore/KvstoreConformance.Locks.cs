using System.Globalization;
using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.Kvstore;

public abstract partial class KvstoreConformance
{
    private static readonly TimeSpan LockTime = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Of_many_who_want_a_lock_one_has_it()
    {
        var promise = new Promise(
            "KvLock over IKvstore: one holder at a time; Revision grows from holder to holder; a commit under Held is carried out while the lock is held.",
            "KvCondition.KeyAbsent and the write must be one step; a watch must tell of the deletion that frees the lock.");
        const int Tasks = 6, Turns = 5;
        await using var other = await ConnectAnotherAsync();
        if (other is not null)
            await Within.Of(other.StartAsync(Stop), "IKvstore.StartAsync");
        await PutAsync("count", "0");
        var (inside, revisions) = (0, new List<ulong>());
        var all = Task.WhenAll(Enumerable.Range(0, Tasks).Select(number => Task.Run(async () =>
        {
            var store = number % 2 == 0 || other is null ? Store : other;
            for (var turn = 0; turn < Turns; turn++)
            {
                await using var held = await KvLock.AcquireAsync(store, "lock", LockTime, $"task {number}", Stop);
                promise.Equal(1, Interlocked.Increment(ref inside), "holders of one lock at a time");
                lock (revisions)
                    revisions.Add(held.Revision);
                var count = int.Parse(Text((await store.GetAsync("count", Stop))!.Value), CultureInfo.InvariantCulture);
                var written = await store.CommitAsync([held.Held], [Put("count", $"{count + 1}")], Stop);
                promise.Kept(written.Succeeded || held.Lost.IsCancellationRequested, () => "a commit under Held was not carried out although the lock is held.");
                // Long enough for another to come in if it can.
                await Task.Delay(Poll, TimeProvider.System, Stop);
                Interlocked.Decrement(ref inside);
            }
        })));
        if (await Task.WhenAny(all, Task.Delay(Patience * Tasks, TimeProvider.System, Stop)) != all)
            throw promise.Broken($"{Tasks} tasks that took a lock {Turns} times each were not done after {(Patience * Tasks).TotalSeconds:0.#} s; it was taken {revisions.Count} times.");
        await all;
        promise.Equal($"{Tasks * Turns}", Text((await GetAsync("count"))!.Value), $"a counter that {Tasks} tasks raised {Turns} times each under the lock");
        promise.Same(revisions.Order(), revisions, "Revision from holder to holder");
        promise.Equal(revisions.Count, revisions.Distinct().Count(), "different revisions of the holders");
        promise.Equal(null, await GetAsync("lock"), "the lock's key after all gave it back");
    }

    [Fact]
    public async Task Giving_up_on_a_lock_leaves_nothing()
    {
        var promise = new Promise("KvLock.AcquireAsync gives up by cancellation, and leaves nothing.", "a commit or a watch that does not end with its token; revocation of a lease without keys.");
        for (var round = 0; round < Repeats; round++)
        {
            var holder = await AcquireAsync(Store, "lock", LockTime);
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            var waiting = KvLock.AcquireAsync(Store, "lock", LockTime, "impatient", cancel.Token);
            // An acknowledged write lies between: at times the other has begun to wait by then, at times not.
            await PutAsync("between", $"{round}");
            promise.Kept(!waiting.IsCompletedSuccessfully, () => "a lock was given to a second holder.");
            await cancel.CancelAsync();
            var ended = await Task.WhenAny(waiting, Task.Delay(Patience, TimeProvider.System, Stop));
            promise.Kept(ended == waiting, () => $"AcquireAsync still waits {Patience.TotalSeconds:0.#} s after its token was cancelled.");
            promise.Kept(waiting.IsCanceled, () => $"AcquireAsync that was cancelled {(waiting.Exception?.InnerException is { } error ? "threw " + Show.Failure(error) : "gave a lock")}.");
            await Within.Of(holder.DisposeAsync(), "KvLock.DisposeAsync");
            promise.Same(["between"], (await ListAsync("")).Select(entry => entry.Key), "the keys after the holder gave the lock back");
        }
    }

    [Fact]
    public async Task A_lock_that_was_taken_away_protects_nothing_any_more()
    {
        var promise = new Promise("KvLock.Held holds exactly as long as the lock does.", "revisions of a key that is deleted and created again: they must grow.");
        await using var lost = await AcquireAsync(Store, "lock", LockTime);
        promise.Equal(true, (await CommitAsync([lost.Held], Put("guarded", "1"))).Succeeded, "a commit under Held succeeded while the lock was held");
        await DeleteAsync("lock");
        promise.Equal(false, (await CommitAsync([lost.Held], Put("guarded", "2"))).Succeeded, "a commit under Held succeeded after the lock's key was deleted");
        await using var next = await AcquireAsync(Store, "lock", LockTime);
        promise.Equal(false, (await CommitAsync([lost.Held], Put("guarded", "3"))).Succeeded, "a commit under Held succeeded while another held the lock");
        promise.Kept(next.Revision > lost.Revision, () => $"the next holder has revision {next.Revision}, the one before had {lost.Revision}.");
        promise.Equal("1", Text((await GetAsync("guarded"))!.Value), "what the lock protects");
    }
}
