namespace Cilium.Framework.Rows;

/// <summary>Who says which identity is behind an address. The higher wins (Cilium facts 9.5); an endpoint of this node always wins.</summary>
public enum IpCacheOrigin : byte
{
    /// <summary>A prefix that a policy names.</summary>
    Cidr = 0,

    /// <summary>A source plugin, such as an orchestrator.</summary>
    Source = 1,

    /// <summary>The key-value store: an address of another node.</summary>
    Kvstore = 2,

    /// <summary>An address of this node itself.</summary>
    Host = 3,

    /// <summary>An endpoint of this node.</summary>
    Endpoint = 4,
}
