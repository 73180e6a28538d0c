using System.Net;

namespace Cilium.Framework.Nodes;

/// <summary>An address of a node.</summary>
/// <param name="Type"><c>InternalIP</c>, <c>ExternalIP</c> or another word of the cluster's.</param>
/// <param name="Address">The address.</param>
public sealed record NodeAddress(string Type, IPAddress Address)
{
    /// <summary>Reachable from other nodes.</summary>
    public const string Internal = "InternalIP";

    /// <summary>The node's own among its endpoints' addresses: their gateway, from which it speaks to endpoints of other nodes.</summary>
    public const string CiliumInternal = "CiliumInternalIP";

    /// <summary>Reachable from outside.</summary>
    public const string External = "ExternalIP";
}
