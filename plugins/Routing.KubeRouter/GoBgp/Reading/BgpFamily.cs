using System.Net.Sockets;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Messages;

namespace Cilium.Framework.Routing.KubeRouter.GoBgp.Reading;

/// <summary>The two families that are used, as RFC 4760 numbers them.</summary>
internal static class BgpFamily
{
    private const int IPv4 = 1, IPv6 = 2, Unicast = 1;

    public static FamilyMessage Of(AddressFamily family) => new() { Afi = family == AddressFamily.InterNetworkV6 ? IPv6 : IPv4, Safi = Unicast };

    /// <summary>Null: another one, such as EVPN.</summary>
    public static AddressFamily? Of(FamilyMessage? family) => family switch
    {
        { Afi: IPv4, Safi: Unicast } => AddressFamily.InterNetwork,
        { Afi: IPv6, Safi: Unicast } => AddressFamily.InterNetworkV6,
        _ => null,
    };
}
