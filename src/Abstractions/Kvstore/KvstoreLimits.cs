using System.Text;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Kvstore;

/// <summary>What a store accepts. The defaults are what every store accepts at least; a store may allow more.</summary>
public sealed record KvstoreLimits
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Most operations of one commit. A store may count its conditions with them, and a key twice that goes over from one living lease to another (Consul);
    /// it then refuses what is too much with <see cref="ErrorKind.Invalid"/>.
    /// </summary>
    public int MaxOperations { get; init; } = 64;

    /// <summary>Longest key, in bytes of UTF-8.</summary>
    public int MaxKeyBytes { get; init; } = 1024;

    /// <summary>Largest value, in bytes.</summary>
    public int MaxValueBytes { get; init; } = 256 * 1024;

    /// <summary>Most bytes of keys and values together in a commit of several operations.</summary>
    public int MaxCommitBytes { get; init; } = 320 * 1024;

    /// <summary>Shortest lease. A shorter one is granted with this time.</summary>
    public TimeSpan MinTimeToLive { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest lease. A longer one is granted with this time.</summary>
    public TimeSpan MaxTimeToLive { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How much longer than its time a lease may live that nobody renews, as a factor: 1 means not longer, but for a second or two.</summary>
    public double ExpiryFactor { get; init; } = 1;

    /// <summary>When the keys of a dead holder are gone at the latest, counted from its last renewal.</summary>
    /// <param name="timeToLive">Time of the lease as granted.</param>
    public TimeSpan LongestExpiry(TimeSpan timeToLive) => (timeToLive * ExpiryFactor) + TimeSpan.FromSeconds(2);

    /// <summary>The time that is granted when another is asked for.</summary>
    /// <param name="asked">More than zero.</param>
    public TimeSpan Granted(TimeSpan asked) => asked < MinTimeToLive ? MinTimeToLive : asked > MaxTimeToLive ? MaxTimeToLive : asked;

    /// <summary>Refuses a commit that breaks a limit; for stores, before anything is changed.</summary>
    /// <param name="store">Name of the store, for the text.</param>
    /// <param name="conditions">The conditions.</param>
    /// <param name="operations">The operations.</param>
    /// <exception cref="CiliumException"><see cref="ErrorKind.Invalid"/>; the text says which limit, which key, what is accepted.</exception>
    public void Check(string store, IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations)
    {
        ArgumentNullException.ThrowIfNull(conditions);
        ArgumentNullException.ThrowIfNull(operations);
        if (operations.Count == 0 || operations.Count > MaxOperations)
            throw Refused(store, $"a commit of {operations.Count} operations is not accepted. Accepted: 1..{MaxOperations}.");
        foreach (var key in conditions.Select(KeyOf).OfType<string>())
            CheckKey(store, key);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var bytes = 0L;
        foreach (var operation in operations)
            bytes += Check(store, operation, keys);
        if (operations.Count > 1 && bytes > MaxCommitBytes)
            throw Refused(store, $"a commit of {operations.Count} operations has {bytes} bytes of keys and values. Accepted: at most {MaxCommitBytes}.");
    }

    /// <summary>Refuses a key that breaks a limit.</summary>
    /// <param name="store">Name of the store, for the text.</param>
    /// <param name="key">The key.</param>
    /// <exception cref="CiliumException"><see cref="ErrorKind.Invalid"/>; the text says why and what is accepted.</exception>
    public void CheckKey(string store, string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length == 0)
            throw Refused(store, "the empty key is not accepted.");
        if (key[0] == '/')
            throw Refused(store, $"key \"{Excerpt.Of(key)}\" starts with '/'. Accepted: keys without a leading slash.");
        if (key.Contains('\0', StringComparison.Ordinal))
            throw Refused(store, $"key \"{Excerpt.Of(key.Replace("\0", "\\0", StringComparison.Ordinal))}\" contains NUL.");
        if (BytesOf(store, key) is var bytes && bytes > MaxKeyBytes)
            throw Refused(store, $"key \"{Excerpt.Of(key)}\" has {bytes} bytes. Accepted: at most {MaxKeyBytes}.");
    }

    private int Check(string store, KvOperation operation, HashSet<string> keys)
    {
        CheckKey(store, operation.Key);
        if (!keys.Add(operation.Key))
            throw Refused(store, $"key \"{Excerpt.Of(operation.Key)}\" occurs twice in one commit.");
        var value = operation is KvOperation.Put put ? put.Value.Length : 0;
        if (value > MaxValueBytes)
            throw Refused(store, $"the value of key \"{Excerpt.Of(operation.Key)}\" has {value} bytes. Accepted: at most {MaxValueBytes}.");
        return BytesOf(store, operation.Key) + value;
    }

    private static string? KeyOf(KvCondition condition) => condition switch
    {
        KvCondition.KeyAbsent absent => absent.Key,
        KvCondition.KeyExists exists => exists.Key,
        KvCondition.RevisionEquals equals => equals.Key,
        _ => null,
    };

    private static int BytesOf(string store, string key)
    {
        try
        {
            return Strict.GetByteCount(key);
        }
        catch (EncoderFallbackException)
        {
            throw Refused(store, "a key is not valid Unicode text (half a surrogate pair).");
        }
    }

    private static CiliumException Refused(string store, string why) => new(ErrorKind.Invalid, $"kvstore {store}: {why} Nothing was changed.");
}
