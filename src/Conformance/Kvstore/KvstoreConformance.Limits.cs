using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.Kvstore;

public abstract partial class KvstoreConformance
{
    [Fact]
    public void A_store_accepts_no_less_than_every_store_does()
    {
        var promise = new Promise("KvstoreLimits: the defaults are what every store accepts at least.", "what IKvstore.Limits narrows. A store that takes less cannot be used: callers rely on the defaults.");
        KvstoreLimits least = new(), limits = Store.Limits;
        (string Limit, bool Kept, object Seen, object Wanted)[] cases =
        [
            (nameof(limits.MaxOperations), limits.MaxOperations >= least.MaxOperations, limits.MaxOperations, least.MaxOperations),
            (nameof(limits.MaxKeyBytes), limits.MaxKeyBytes >= least.MaxKeyBytes, limits.MaxKeyBytes, least.MaxKeyBytes),
            (nameof(limits.MaxValueBytes), limits.MaxValueBytes >= least.MaxValueBytes, limits.MaxValueBytes, least.MaxValueBytes),
            (nameof(limits.MaxCommitBytes), limits.MaxCommitBytes >= least.MaxCommitBytes, limits.MaxCommitBytes, least.MaxCommitBytes),
            (nameof(limits.MinTimeToLive), limits.MinTimeToLive <= least.MinTimeToLive && limits.MinTimeToLive > TimeSpan.Zero, limits.MinTimeToLive, least.MinTimeToLive),
            (nameof(limits.MaxTimeToLive), limits.MaxTimeToLive >= least.MaxTimeToLive, limits.MaxTimeToLive, least.MaxTimeToLive),
            (nameof(limits.ExpiryFactor), limits.ExpiryFactor >= least.ExpiryFactor, limits.ExpiryFactor, least.ExpiryFactor),
        ];
        foreach (var (limit, kept, seen, wanted) in cases)
            promise.Kept(kept, () => $"{limit} is {seen}; every store has {wanted} or allows more.");
    }

    [Fact]
    public async Task What_breaks_a_limit_is_refused_and_nothing_changes()
    {
        var promise = new Promise(
            "IKvstore refuses what breaks a limit of KvEntry or CommitAsync with CiliumException of kind Invalid, and changes nothing.",
            "check all operations before the first one is carried out: 1..MaxOperations of them, no key twice, keys of 1..MaxKeyBytes of UTF-8 without NUL and without a leading '/', values within KvstoreLimits (KvstoreLimits.Check does it).");
        (string What, KvOperation[] Operations)[] cases =
        [
            ("no operation", []),
            ("one operation too many", [.. Enumerable.Range(0, Store.Limits.MaxOperations + 1).Select(i => Put($"k{i}", ""))]),
            ("a key twice", [Put("a", ""), new KvOperation.Delete("a")]),
            ("an empty key", [Put("a", ""), Put("", "")]),
            ("a key with a leading slash", [Put("a", ""), Put("/a", "")]),
            ("a key with NUL", [Put("a", ""), Put("a\0b", "")]),
            ("a key that is too long only in bytes", [Put("a", ""), Put(new string('\u00e4', (Store.Limits.MaxKeyBytes / 2) + 1), "")]),
            ("half a surrogate pair as key", [Put("a", ""), Put("b\ud83d", "")]),
            ("a commit with one byte too many", [.. Filling(Store.Limits.MaxCommitBytes + 1)]),
            ("a value that is one byte too large", [Put("a", ""), Put("b", new string('x', Store.Limits.MaxValueBytes + 1))]),
        ];
        foreach (var (what, operations) in cases)
        {
            var refusal = await RefusalAsync(operations);
            promise.Kept(refusal is CiliumException { Kind: ErrorKind.Invalid }, () => $"{what} {(refusal is null ? "was accepted" : "threw " + Show.Failure(refusal))}.");
            promise.Kept(refusal!.Message.Length > 0, () => $"{what} was refused without a word.");
            promise.Same([], (await ListAsync("")).Select(entry => entry.Key), $"the keys after {what} was refused");
        }
    }

    [Fact]
    public async Task The_largest_key_value_and_commit_are_accepted()
    {
        var promise = new Promise("IKvstore accepts what its Limits allow: MaxOperations, MaxKeyBytes, MaxValueBytes, MaxCommitBytes.", "limits of the store behind that are smaller than those of the contract.");
        var limits = Store.Limits;
        (string What, KvOperation[] Operations)[] cases =
        [
            ("the longest key", [Put(new string('k', limits.MaxKeyBytes), "x")]),
            ("the largest value", [Put("value", new string('x', limits.MaxValueBytes))]),
            ("the most operations", [.. Enumerable.Range(0, limits.MaxOperations).Select(i => Put($"{i:0000}", "x"))]),
            ("the most bytes", [.. Filling(limits.MaxCommitBytes)]),
        ];
        foreach (var (what, operations) in cases)
        {
            var refusal = await RefusalAsync(operations);
            promise.Kept(refusal is null, () => $"{what}: {Show.Failure(refusal!)}");
            foreach (var put in operations.OfType<KvOperation.Put>())
                promise.Equal(put.Value.Length, (await GetAsync(put.Key))?.Value.Length ?? -1, $"{what}: bytes of the value of key \"{put.Key[0]}...\" when it is read back");
            foreach (var operation in operations)
                await DeleteAsync(operation.Key);
        }
    }

    /// <summary>Operations with so many bytes of keys and values, each within the limits.</summary>
    private IEnumerable<KvOperation> Filling(int bytes)
    {
        for (var number = 0; bytes > 0; number++)
        {
            var key = $"fill{number:00}";
            // The last one must have room for its key: none may take so much that less than that is left.
            var all = Math.Min(bytes, (Store.Limits.MaxCommitBytes / 3) + key.Length);
            all = bytes - all is > 0 and < 6 ? all - 6 : all;
            yield return Put(key, new string('x', Math.Max(0, Math.Min(all - key.Length, Store.Limits.MaxValueBytes))));
            bytes -= Math.Min(all, key.Length + Store.Limits.MaxValueBytes);
        }
    }

    private async Task<Exception?> RefusalAsync(KvOperation[] operations)
    {
        try
        {
            await CommitAsync([], operations);
            return null;
        }
        catch (Exception error) when (error is not BrokenPromiseException)
        {
            return error;
        }
    }
}
