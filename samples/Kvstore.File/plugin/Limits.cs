using System.Text;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;

namespace Example.FileStore;

/// <summary>Refuses what the contract does not allow, before anything is written.</summary>
internal static class Limits
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static void Check(IReadOnlyList<KvOperation> operations)
    {
        if (operations.Count is 0 or > IKvstore.MaxOperations)
            throw Refused($"a commit of {operations.Count} operations is not accepted. Accepted: 1..{IKvstore.MaxOperations}.");
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var operation in operations)
        {
            var (key, bytes) = operation is KvOperation.Put put ? (put.Key, put.Value.Length) : (((KvOperation.Delete)operation).Key, 0);
            CheckKey(key);
            if (!keys.Add(key))
                throw Refused($"key \"{Excerpt.Of(key)}\" occurs twice in one commit.");
            if (bytes > IKvstore.MaxValueBytes)
                throw Refused($"the value of key \"{Excerpt.Of(key)}\" has {bytes} bytes. Accepted: at most {IKvstore.MaxValueBytes}.");
        }
    }

    public static void CheckKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length == 0 || key[0] == '/' || key.Contains('\0') || BytesOf(key) > IKvstore.MaxKeyBytes)
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
            // Half a surrogate pair: no UTF-8 at all.
            return int.MaxValue;
        }
    }

    private static CiliumException Refused(string why) => new(ErrorKind.Invalid, $"kvstore file: {why} Nothing was changed.");
}
