using System.Text;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Kvstore.Embedded;

/// <summary>Refuses what the contract does not allow to be stored.</summary>
internal static class KvLimits
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static void CheckKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length == 0)
            throw Refused("the empty key is not accepted.");
        if (key[0] == '/')
            throw Refused($"key \"{key}\" starts with '/'. Accepted: keys without a leading slash.");
        if (key.Contains('\0', StringComparison.Ordinal))
            throw Refused($"key \"{key.Replace("\0", "\\0", StringComparison.Ordinal)}\" contains NUL.");
        if (BytesOf(key) is var bytes && bytes > IKvstore.MaxKeyBytes)
            throw Refused($"key \"{key[..32]}...\" has {bytes} bytes. Accepted: at most {IKvstore.MaxKeyBytes}.");
    }

    public static void CheckOperations(IReadOnlyList<KvOperation> operations)
    {
        if (operations.Count is 0 or > IKvstore.MaxOperations)
            throw Refused($"a commit of {operations.Count} operations is not accepted. Accepted: 1..{IKvstore.MaxOperations}.");
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var operation in operations)
        {
            var key = KeyOf(operation);
            CheckKey(key);
            if (!keys.Add(key))
                throw Refused($"key \"{key}\" occurs twice in one commit.");
            if (operation is KvOperation.Put put && put.Value.Length > IKvstore.MaxValueBytes)
                throw Refused($"the value of key \"{key}\" has {put.Value.Length} bytes. Accepted: at most {IKvstore.MaxValueBytes}.");
        }
    }

    public static void CheckCondition(KvCondition condition)
    {
        switch (condition)
        {
            case KvCondition.KeyAbsent absent: CheckKey(absent.Key); break;
            case KvCondition.KeyExists exists: CheckKey(exists.Key); break;
            case KvCondition.RevisionEquals equals: CheckKey(equals.Key); break;
        }
    }

    public static string KeyOf(KvOperation operation) => operation switch
    {
        KvOperation.Put put => put.Key,
        KvOperation.Delete delete => delete.Key,
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "Accepted: Put, Delete."),
    };

    private static int BytesOf(string key)
    {
        try
        {
            return Strict.GetByteCount(key);
        }
        catch (EncoderFallbackException)
        {
            throw Refused("a key is not valid Unicode text (half a surrogate pair).");
        }
    }

    private static CiliumException Refused(string why) => new(ErrorKind.Invalid, $"kvstore embedded: {why} Nothing was changed.");
}
