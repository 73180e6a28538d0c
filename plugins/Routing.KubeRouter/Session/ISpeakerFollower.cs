using Cilium.Framework.Routing.KubeRouter.GoBgp;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.Session;

/// <summary>Acts on what the GoBGP tells. Called by one loop; the view is up to date before each call.</summary>
internal interface ISpeakerFollower
{
    /// <summary>What cannot be done at present and what that costs; null: nothing.</summary>
    string? Problem { get; }

    /// <summary>Everything that the GoBGP knows has been told, the first time or again after it was lost.</summary>
    ValueTask SyncedAsync(IGoBgpApi api, CancellationToken cancellationToken);

    /// <summary>The best way to a prefix changed, or there is none any more.</summary>
    ValueTask ChangedAsync(IGoBgpApi api, IpPrefix prefix, CancellationToken cancellationToken);

    /// <summary>The GoBGP is away, or is not the expected one; nothing is known until it is in sync again.</summary>
    void Lost();
}
