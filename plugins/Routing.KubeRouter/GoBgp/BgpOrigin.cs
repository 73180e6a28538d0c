namespace Cilium.Framework.Routing.KubeRouter.GoBgp;

/// <summary>How a route came into BGP (RFC 4271, 5.1.1); numbers of the wire.</summary>
internal enum BgpOrigin
{
    /// <summary>Inside the first autonomous system.</summary>
    Igp,

    /// <summary>By the protocol EGP.</summary>
    Egp,

    /// <summary>Otherwise, or it was not said.</summary>
    Incomplete,
}
