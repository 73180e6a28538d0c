namespace Cilium.Framework.Datapath;

/// <summary>Where a traced packet goes. Numbers are Cilium's (facts 9.7).</summary>
public enum TracePoint : byte
{
    /// <summary>To an endpoint of this node.</summary>
    ToEndpoint = 0,

    /// <summary>To a proxy.</summary>
    ToProxy = 1,

    /// <summary>To the node itself.</summary>
    ToHost = 2,

    /// <summary>To the node's stack, to be routed.</summary>
    ToStack = 3,

    /// <summary>To the overlay.</summary>
    ToOverlay = 4,
}
