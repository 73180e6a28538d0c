namespace Cilium.Framework.Routing.KubeRouter.GoBgp;

/// <summary>Where a GoBGP is, and how long it may take.</summary>
/// <param name="Address">Where it listens.</param>
internal sealed record GoBgpSettings(GoBgpAddress Address)
{
    /// <summary>How long one call may take, with opening the connection.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a list may take: an internet table has a million prefixes.</summary>
    public TimeSpan ListTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// While something is watched the speaker is asked this often whether it lives. Not by pings of HTTP/2: the gRPC of Go ends connections on which
    /// more than one comes within 5 minutes.
    /// </summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(10);
}
