namespace Cilium.Framework.Nodes;

/// <summary>Which node. A name is one node's within its cluster only.</summary>
/// <param name="Cluster">Name of the cluster.</param>
/// <param name="Name">Name of the node.</param>
public readonly record struct NodeKey(string Cluster, string Name)
{
    /// <summary>Folder of all nodes in the store (Cilium facts 5a).</summary>
    internal const string Folder = "cilium/state/nodes/v1/";

    /// <summary>Key of the node in the store.</summary>
    internal string StoreKey => Folder + this;

    /// <summary>Reads the part of a store key after its folder; null: it is no node's.</summary>
    internal static NodeKey? Read(ReadOnlySpan<char> text) =>
        text.ToString().Split('/') is [{ Length: > 0 } cluster, { Length: > 0 } name] ? new(cluster, name) : null;

    /// <summary>Cluster and name, as in the store.</summary>
    public override string ToString() => $"{Cluster}/{Name}";
}
