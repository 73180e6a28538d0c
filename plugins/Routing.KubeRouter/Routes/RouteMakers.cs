namespace Cilium.Framework.Routing.KubeRouter.Routes;

/// <summary>Who makes routes with which protocol number.</summary>
internal static class RouteMakers
{
    /// <summary>kube-router's number (0x11 in its sources; iproute2 calls it mrouted).</summary>
    public const byte KubeRouter = 17;

    /// <summary>The number, and who is known to use it.</summary>
    public static string NameOf(byte protocol) => protocol switch
    {
        2 => "2 (the kernel)",
        3 => "3 (boot)",
        4 => "4 (static)",
        12 => "12 (BIRD)",
        16 => "16 (DHCP)",
        KubeRouter => "17 (kube-router)",
        _ => $"{protocol}",
    };
}
