using System.Net;
using Cilium.Framework.Rows;

namespace Cilium.Framework.IpCache;

/// <summary>An address in the store and who is behind it. Key: <see cref="Prefix"/>.</summary>
/// <param name="Prefix">The address or range.</param>
/// <param name="Identity">Who is behind it.</param>
/// <param name="Host">Address of the node that has it; null: it does not say.</param>
/// <param name="Metadata">Which workload, in words of the node that wrote it.</param>
public sealed record StoredIpRow(IpPrefix Prefix, NumericIdentity Identity, IPAddress? Host, string Metadata)
{
    /// <summary>Folder of all addresses in the store, whichever the cluster (Cilium facts 9.5).</summary>
    internal const string Folder = "cilium/state/ip/v1/default/";

    /// <summary>Key of an address in the store: the address alone, or the range.</summary>
    internal static string StoreKey(IpPrefix prefix) => Folder + (prefix.IsHost ? prefix.Address.ToString() : prefix.ToString());

    /// <summary>Reads the part of a store key after its folder; null: it is no address.</summary>
    internal static IpPrefix? ReadKey(ReadOnlySpan<char> text) => IpPrefix.TryParse(text, out var prefix) ? prefix : null;
}
