using System.Text;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.References;

/// <summary>Refuses what the contract does not allow to be stored.</summary>
internal static class MemoryKvstoreLimits
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static void Check(IReadOnlyList<KvOperation> operations)
    {
        ArgumentNullException.ThrowIfNull(operations);
        if (operations.Count is 0 or > IKvstore.MaxOperations)
            throw Refused($"a commit of {operations.Count} operations is not accepted. Accepted: 1..{IKvstore.MaxOperations}.");
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var operation in operations)
        {
            var (key, value) = operation is KvOperation.Put put ? (put.Key, put.Value) : (((KvOperation.Delete)operation).Key, default);
            CheckKey(key);
            if (!keys.Add(key))
                throw Refused($"key \"{Excerpt.Of(key)}\" occurs twice in one commit.");
            if (value.Length > IKvstore.MaxValueBytes)
                throw Refused($"the value of key \"{Excerpt.Of(key)}\" has {value.Length} bytes. Accepted: at most {IKvstore.MaxValueBytes}.");
        }
    }

    public static void CheckKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length == 0 || key[0] == '/' || key.Contains('\0', StringComparison.Ordinal) || BytesOf(key) > IKvstore.MaxKeyBytes)
            throw Refused($"key \"{Excerpt.Of(key)}\" is not accepted. Accepted: 1..{IKvstore.MaxKeyBytes} bytes of UTF-8 without NUL and without a leading '/'.");
    }

    private static int BytesOf(string key)
    {
        try
        {
            return Strict.GetByteCount(key);
        }
        catch (EncoderFallbackException)
        {
            return int.MaxValue;
        }
    }

    private static CiliumException Refused(string why) => new(ErrorKind.Invalid, $"kvstore memory: {why} Nothing was changed.");
}
