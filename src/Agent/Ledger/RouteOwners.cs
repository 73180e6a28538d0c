using System.Globalization;
using Cilium.Framework.Routes;

namespace Cilium.Framework.Agent.Ledger;

/// <summary>Who made a route, for an operator: the kernel's name of the number, and the program that is known to borrow it.</summary>
internal static class RouteOwners
{
    /// <summary>RTPROT_MROUTED: routing daemons of the last decades left it free, and kube-router marks its routes with it (facts 4a).</summary>
    private const byte BorrowedByKubeRouter = 17;

    public static string NameOf(byte protocol)
    {
        if (protocol == BorrowedByKubeRouter)
            return $"{RouteProtocols.NameOf(protocol)} (kube-router)";
        return RouteProtocols.IsFree(protocol) ? string.Create(CultureInfo.InvariantCulture, $"protocol {protocol}") : RouteProtocols.NameOf(protocol);
    }
}
