using Cilium.Framework.Nodes;

namespace Cilium.Framework.NodeHealth;

/// <summary>One way of asking a node.</summary>
/// <param name="Node">The node.</param>
/// <param name="Place">What of it is asked.</param>
/// <param name="IsIPv6">Family of the address.</param>
/// <param name="Kind">How it is asked.</param>
public readonly record struct HealthPath(NodeKey Node, HealthPlace Place, bool IsIPv6, ProbeKind Kind)
{
    /// <summary>Which of the node's paths it is, without the node.</summary>
    public override string ToString() => $"{Place} {(IsIPv6 ? "IPv6" : "IPv4")} {Kind}".ToLowerInvariant();
}
