using System.Net;
using Cilium.Framework.Netlink;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.Routes;

/// <summary>The routes of the kernel at one moment.</summary>
internal sealed class KernelSnapshot(IReadOnlyList<Route> routes)
{
    private readonly ILookup<(uint Table, IpPrefix Prefix), Route> _byPrefix = routes.ToLookup(route => (route.Table, PrefixOf(route)));

    /// <summary>Every route, of all tables.</summary>
    public IReadOnlyList<Route> All => routes;

    /// <summary>Routes to exactly this prefix, in the table of ordinary routes.</summary>
    public IEnumerable<Route> At(IpPrefix prefix) => _byPrefix[(Route.MainTable, prefix)];

    /// <summary>The route by which a look-up was answered: the kernel's answer names its table and device, not its maker.</summary>
    /// <param name="address">What was looked up.</param>
    /// <param name="answer">The kernel's answer.</param>
    /// <returns>Null: it is not among these.</returns>
    public Route? Behind(IPAddress address, Route answer)
    {
        var host = IpPrefix.Host(address);
        for (var length = host.Length; length >= 0; length--)
        {
            if (_byPrefix[(answer.Table, host.Shortened(length))].Where(route => Leaves(route, answer.IfIndex)).MinBy(route => route.Priority) is { } route)
                return route;
        }

        return null;
    }

    public static IpPrefix PrefixOf(Route route) =>
        new(route.Destination ?? (route.Family == System.Net.Sockets.AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any), route.PrefixLength);

    private static bool Leaves(Route route, int ifIndex) => route.IfIndex == ifIndex || route.NextHops.Any(hop => hop.IfIndex == ifIndex);
}
