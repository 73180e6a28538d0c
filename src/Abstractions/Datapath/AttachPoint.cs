namespace Cilium.Framework.Datapath;

/// <summary>Where a packet meets the datapath (ARCHITECTURE, packet path).</summary>
public enum AttachPoint
{
    /// <summary>A packet that an endpoint sends.</summary>
    FromEndpoint,

    /// <summary>A packet that arrives for an endpoint through the node's stack.</summary>
    ToEndpoint,

    /// <summary>A packet that the node itself sends to its endpoints.</summary>
    FromHost,

    /// <summary>A packet that arrives on a native device.</summary>
    FromNetdev,

    /// <summary>A packet that leaves by a native device.</summary>
    ToNetdev,

    /// <summary>A packet that arrives on the overlay device, unwrapped.</summary>
    FromOverlay,
}
