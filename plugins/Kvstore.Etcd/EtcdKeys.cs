using System.Text;
using Cilium.Framework.Errors;
using Google.Protobuf;

namespace Cilium.Framework.Kvstore.Etcd;

/// <summary>Keys and prefixes as etcd has them: bytes of UTF-8, ranges with an exclusive end.</summary>
internal static class EtcdKeys
{
    /// <summary>UTF-8 orders as UTF-16 does below this first byte; from here on surrogates come first in UTF-16 (U+E000 and above, and everything beyond U+FFFF).</summary>
    public const byte FirstUnordered = 0xEE;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>For etcd as key: the first of all; as end: behind the last of all.</summary>
    private static readonly ByteString Zero = ByteString.CopyFrom(0);

    public static ByteString Encode(string key)
    {
        try
        {
            return ByteString.CopyFrom(Strict.GetBytes(key));
        }
        catch (EncoderFallbackException error)
        {
            throw new CiliumException(ErrorKind.Invalid, $"kvstore etcd: \"{Excerpt.Of(key)}\" is not valid Unicode text (half a surrogate pair). Nothing was changed.", error);
        }
    }

    /// <summary>The range of all keys that start with a prefix.</summary>
    public static (ByteString Key, ByteString End) Range(string prefix)
    {
        if (prefix.Length == 0)
            return (Zero, Zero);
        var key = Encode(prefix);
        var end = key.ToByteArray();
        // The last byte of UTF-8 text is never FF.
        end[^1]++;
        return (key, UnsafeByteOperations.UnsafeWrap(end));
    }

    /// <returns>Null: no text, so no key of the contract; somebody else's.</returns>
    public static string? Decode(ByteString key)
    {
        try
        {
            return Strict.GetString(key.Span);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
