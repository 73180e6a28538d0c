namespace Cilium.Framework.NodeHealth;

/// <summary>What of a node is asked.</summary>
public enum HealthPlace
{
    /// <summary>The node's own address, asked from this node's.</summary>
    Node,

    /// <summary>The node's health endpoint, asked from this node's health endpoint: the path that pods take, with their overlay and policy. This node's own is asked from this node's address.</summary>
    Endpoint,
}
