namespace Cilium.Framework.Routing;

/// <summary>What a routing backend does beyond reaching this node's own endpoints.</summary>
[Flags]
public enum RoutingCapabilities
{
    /// <summary>This node's own endpoints only.</summary>
    None = 0,

    /// <summary>Answers for routes to the pod ranges of other nodes: installs them, or says whether somebody else did.</summary>
    RemoteNodes = 1,

    /// <summary>Carries the source identity with each packet between nodes.</summary>
    CarriesIdentity = 2,
}
