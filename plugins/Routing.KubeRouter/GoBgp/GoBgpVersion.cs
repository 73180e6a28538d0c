namespace Cilium.Framework.Routing.KubeRouter.GoBgp;

/// <summary>Which of GoBGP's interfaces is spoken.</summary>
internal enum GoBgpVersion
{
    /// <summary>GoBGP 3 (<c>apipb.GobgpApi</c>): kube-router 1.6 to 2.6.</summary>
    V3 = 3,

    /// <summary>GoBGP 4 (<c>api.GoBgpService</c>): kube-router 2.7 and newer.</summary>
    V4 = 4,
}
