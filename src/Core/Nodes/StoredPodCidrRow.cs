using System.Text;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Nodes;

/// <summary>A range in the store that a node has claimed. Key: <see cref="Cidr"/>.</summary>
/// <param name="Cidr">The range.</param>
/// <param name="Node">Whose it is, until it is removed from the store.</param>
public sealed record StoredPodCidrRow(IpPrefix Cidr, NodeKey Node)
{
    /// <summary>Folder of all claims of the cluster in the store; Cilium keeps such ranges in Kubernetes and has no keys for them.</summary>
    internal const string Folder = "cilium/framework/v1/pod-cidrs/";

    /// <summary>Key of the claim in the store.</summary>
    internal string StoreKey => Folder + Cidr;

    /// <summary>Value of the claim in the store: the node, as text.</summary>
    internal byte[] Value => Encoding.UTF8.GetBytes(Node.ToString());

    /// <summary>Reads the part of a store key after its folder; null: it is no range.</summary>
    internal static IpPrefix? ReadKey(ReadOnlySpan<char> text) => IpPrefix.TryParse(text, out var cidr) ? cidr : null;

    /// <summary>Reads a claim.</summary>
    /// <param name="key">Which range the store key says it is.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="FormatException">It is none; the text says what is accepted.</exception>
    internal static StoredPodCidrRow Read(IpPrefix key, ReadOnlyMemory<byte> value) =>
        new(key, NodeKey.Read(Encoding.UTF8.GetString(value.Span)) ?? throw new FormatException("the value is no node. Accepted: CLUSTER/NODE."));
}
