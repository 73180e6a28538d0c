using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Errors;
using Cilium.Framework.Netlink;
using Cilium.Framework.Routing.KubeRouter.GoBgp;

namespace Cilium.Framework.Routing.KubeRouter.Exchange;

/// <summary>Finds the address of this node that peers are to send packets to.</summary>
internal sealed class NextHops(KubeRouterSettings settings)
{
    // Scope of addresses that are valid everywhere (RT_SCOPE_UNIVERSE).
    private const byte Everywhere = 0;

    /// <summary>The node's kernel; there once the backend is initialised.</summary>
    public RouteNetlink? Netlink { private get; set; }

    /// <summary>The configured address; else the source of packets to a peer of the family; else an address of the device towards a peer of the other.</summary>
    /// <param name="family">IPv4 or IPv6.</param>
    /// <param name="peers">Of the GoBGP.</param>
    /// <returns>Null: none can be found, <see cref="Missing"/> says why.</returns>
    /// <exception cref="CiliumException">The kernel refuses.</exception>
    public IPAddress? Find(AddressFamily family, IReadOnlyList<BgpNeighbour> peers)
    {
        if (settings.NextHop(family) is { } configured)
            return configured;
        var netlink = Netlink ?? throw new InvalidOperationException("The routing backend was not initialised.");
        try
        {
            var ways = peers.OrderBy(peer => peer.State != BgpSessionState.Established).ThenBy(peer => peer.Address.AddressFamily != family)
                .Select(peer => netlink.FindRoute(peer.Address)).OfType<Route>().ToList();
            return ways.Where(way => way.PreferredSource is { } source && source.AddressFamily == family).Select(way => way.PreferredSource).FirstOrDefault()
                ?? netlink.ListAddresses().Where(address => address.Scope == Everywhere && address.IP.AddressFamily == family && ways.Any(way => way.IfIndex == address.IfIndex)).Select(address => address.IP).FirstOrDefault();
        }
        catch (NetlinkException error)
        {
            throw new CiliumException(ErrorKind.Unavailable, $"routing kube-router: this node's address towards its peers cannot be found: {error.Message}", error);
        }
    }

    /// <summary>Why there is none, and what to do.</summary>
    public string Missing(AddressFamily family) =>
        $"this node's {(family == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4")} address towards the peers is not known: gobgp has no peer, or none behind a device with such an address. Set {settings.Path}:next-hop";
}
