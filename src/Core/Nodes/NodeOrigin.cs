namespace Cilium.Framework.Nodes;

/// <summary>Who says what is known about a node. The higher wins: nothing overrides what the node says about itself (Cilium facts 5a).</summary>
public enum NodeOrigin : byte
{
    /// <summary>A source plugin, such as an orchestrator.</summary>
    Source,

    /// <summary>The key-value store.</summary>
    Kvstore,

    /// <summary>This node itself.</summary>
    Local,
}
