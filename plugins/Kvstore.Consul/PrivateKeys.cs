using System.Security.Cryptography;
using System.Text;

namespace Cilium.Framework.Kvstore.Consul;

/// <summary>Keys that the plugin keeps for itself. No list and no watch shows them.</summary>
internal static class PrivateKeys
{
    public const string Prefix = ".cilium-framework/";

    /// <summary>Written by commits that write no other key, to learn their index.</summary>
    public const string Clock = Prefix + "clock";

    /// <summary>Never exists; whether it may be read tells whether a list is empty or hidden.</summary>
    public const string Nothing = Prefix + "nothing";

    /// <summary>Written by every commit under the same <see cref="KvCondition.PrefixEmpty"/>, and some others: their number is bounded, so they are never removed.</summary>
    public static string Fence(string prefix) => $"{Prefix}fence/{SHA256.HashData(Encoding.UTF8.GetBytes(prefix))[0]:x2}";

    public static bool Contain(string key) => key.StartsWith(Prefix, StringComparison.Ordinal);
}
