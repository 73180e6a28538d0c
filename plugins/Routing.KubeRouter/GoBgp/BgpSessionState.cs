namespace Cilium.Framework.Routing.KubeRouter.GoBgp;

/// <summary>How far a session with a neighbour is (RFC 4271, 8.2.2); numbers of GoBGP 3 and 4.</summary>
internal enum BgpSessionState
{
    /// <summary>The speaker does not say, or a number that is not known here.</summary>
    Unknown,

    /// <summary>It is not tried: switched off, or waiting after a failure.</summary>
    Idle,

    /// <summary>The TCP connection is being opened.</summary>
    Connect,

    /// <summary>The neighbour did not answer; it may connect by itself, and is tried again.</summary>
    Active,

    /// <summary>Connected; who the neighbour is, is awaited.</summary>
    OpenSent,

    /// <summary>The neighbour is accepted; its consent is awaited.</summary>
    OpenConfirm,

    /// <summary>Routes are exchanged.</summary>
    Established,
}
