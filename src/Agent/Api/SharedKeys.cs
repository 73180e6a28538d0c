using System.Runtime.CompilerServices;
using System.Text;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Agent.Api;

/// <summary>The store as an operator sees it. What the store refuses or cannot do is thrown as it says it.</summary>
/// <param name="store">The store.</param>
/// <param name="name">What it is called, for texts.</param>
/// <param name="time">The clock.</param>
internal sealed class SharedKeys(IKvstore store, string name, TimeProvider time)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Stores count conditions with operations (<see cref="KvstoreLimits.MaxOperations"/>); deletions here have none, and half of it leaves room all the same.</summary>
    private int AtOnce => Math.Max(1, store.Limits.MaxOperations / 2);

    /// <exception cref="RefusedException">404: the key does not exist.</exception>
    public async Task<KvstoreEntry> GetAsync(string key, CancellationToken ct)
    {
        store.Limits.CheckKey(name, key);
        return await WithinAsync(stop => store.GetAsync(key, stop), ct) is { } entry ? ToModel(entry) : throw Missing(key);
    }

    /// <summary>All keys that start with a text; none is no failure.</summary>
    public async Task<IReadOnlyList<KvstoreEntry>> ListAsync(string prefix, CancellationToken ct)
    {
        CheckPrefix(prefix);
        return [.. (await WithinAsync(stop => store.ListAsync(prefix, stop), ct)).Select(ToModel)];
    }

    public async Task SetAsync(string key, string value, CancellationToken ct)
    {
        store.Limits.CheckKey(name, key);
        await WithinAsync(stop => store.CommitAsync([], [new KvOperation.Put(key, Strict.GetBytes(value))], stop), ct);
    }

    /// <returns>1.</returns>
    /// <exception cref="RefusedException">404: the key does not exist.</exception>
    public async Task<int> DeleteAsync(string key, CancellationToken ct)
    {
        store.Limits.CheckKey(name, key);
        var result = await WithinAsync(stop => store.CommitAsync([new KvCondition.KeyExists(key)], [new KvOperation.Delete(key)], stop), ct);
        return result.Succeeded ? 1 : throw Missing(key);
    }

    /// <summary>Removes every key that starts with a text, in several commits: keys that come meanwhile stay.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="RefusedException">404: there is none.</exception>
    public async Task<int> DeleteBelowAsync(string prefix, CancellationToken ct)
    {
        CheckPrefix(prefix);
        var found = await WithinAsync(stop => store.ListAsync(prefix, stop), ct);
        if (found.Count == 0)
            throw new RefusedException(404, $"No key of the store starts with \"{Excerpt.Of(prefix, store.Limits.MaxKeyBytes)}\". Nothing was changed.");
        foreach (var batch in found.Chunk(AtOnce))
            await WithinAsync(stop => store.CommitAsync([], [.. batch.Select(entry => new KvOperation.Delete(entry.Key))], stop), ct);
        return found.Count;
    }

    /// <summary>A watch bridges outages and would be silent; who begins one wants to know.</summary>
    /// <exception cref="CiliumException">The prefix is not accepted, or the store cannot be reached.</exception>
    public async Task CheckWatchAsync(string prefix, CancellationToken ct)
    {
        CheckPrefix(prefix);
        if (await WithinAsync(store.GetStatusAsync, ct) is { IsReachable: false } status)
            throw new CiliumException(ErrorKind.Unavailable, $"kvstore {name}: cannot be reached: {status.Message}");
    }

    public async IAsyncEnumerable<KvstoreEvent> WatchAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var seen in store.WatchAsync(prefix, ct))
        {
            var hasValue = seen.Kind is KvEventKind.Created or KvEventKind.Modified;
            var (text, base64) = hasValue ? Show(seen.Value) : default;
            yield return new KvstoreEvent { Kind = Word(seen.Kind), Key = seen.Key, Value = text, ValueBase64 = base64, Revision = seen.Revision };
        }
    }

    private static string Word(KvEventKind kind) => kind == KvEventKind.ListDone ? "listed" : kind.ToString().ToLowerInvariant();

    private static KvstoreEntry ToModel(KvEntry entry)
    {
        var (text, base64) = Show(entry.Value);
        return new KvstoreEntry { Key = entry.Key, Value = text, ValueBase64 = base64, Revision = entry.Revision };
    }

    private static (string? Text, string? Base64) Show(ReadOnlyMemory<byte> value)
    {
        try
        {
            return (Strict.GetString(value.Span), null);
        }
        catch (DecoderFallbackException)
        {
            return (null, Convert.ToBase64String(value.Span));
        }
    }

    private RefusedException Missing(string key) =>
        new(404, $"The store has no key \"{Excerpt.Of(key, store.Limits.MaxKeyBytes)}\". See cilium kvstore get --recursive with the beginning of a key. Nothing was changed.");

    private void CheckPrefix(string prefix)
    {
        if (prefix.Length > 0)
            store.Limits.CheckKey(name, prefix);
    }

    private Task<T> WithinAsync<T>(Func<CancellationToken, ValueTask<T>> call, CancellationToken ct) => StorePatience.WithinAsync(name, StorePatience.Asked, time, call, ct);
}
