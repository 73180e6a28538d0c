using System.Net.Sockets;
using Cilium.Framework.Errors;
using Cilium.Framework.Netlink;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.Routes;

/// <summary>The kernel's routes: all are read, those of our own protocol number in the main table are written.</summary>
/// <param name="netlink">The node's kernel; disposed along.</param>
/// <param name="protocol">Marks our routes.</param>
internal sealed class KernelRoutes(RouteNetlink netlink, byte protocol) : IDisposable
{
    /// <summary>What the kernel gives an IPv6 route without a metric (IP6_RT_PRIO_USER).</summary>
    public const uint DefaultIPv6Priority = 1024;

    public static readonly AddressFamily[] Families = [AddressFamily.InterNetwork, AddressFamily.InterNetworkV6];

    public RouteNetlink Netlink => netlink;

    public byte Protocol => protocol;

    /// <exception cref="CiliumException">The kernel refuses.</exception>
    public KernelSnapshot Read(IEnumerable<AddressFamily> families)
    {
        try
        {
            return new([.. families.Distinct().SelectMany(netlink.ListRoutes)]);
        }
        catch (NetlinkException error)
        {
            throw new CiliumException(ErrorKind.Unavailable, $"routing kube-router: {error.Message}", error);
        }
    }

    public bool IsOwn(Route route) => route.Protocol == protocol && route.Table == Route.MainTable;

    /// <summary>Own routes to exactly this prefix.</summary>
    public IEnumerable<Route> OwnAt(IpPrefix prefix, KernelSnapshot kernel) => kernel.At(prefix).Where(IsOwn);

    /// <summary>A route with our mark; what else it says is the caller's.</summary>
    public Route Mark(IpPrefix prefix) => new()
    {
        Destination = prefix.Address,
        PrefixLength = prefix.Length,
        Family = prefix.Family,
        Protocol = protocol,
        Priority = prefix.IsIPv6 ? DefaultIPv6Priority : 0,
    };

    /// <summary>Makes a route, in place of our own to its prefix.</summary>
    /// <param name="wanted">With our mark.</param>
    /// <param name="kernel">What there is.</param>
    /// <returns>The route of somebody else that is in its place, and stays; null: it is made.</returns>
    /// <exception cref="NetlinkException">The kernel refuses.</exception>
    public Route? Put(Route wanted, KernelSnapshot kernel)
    {
        var prefix = KernelSnapshot.PrefixOf(wanted);
        var present = kernel.At(prefix).ToArray();
        if (present.FirstOrDefault(route => route.Protocol != protocol && route.Priority == wanted.Priority) is { } foreign)
            return foreign;
        foreach (var stale in present.Where(route => IsOwn(route) && !IsReplacedBy(route, wanted)))
            netlink.DeleteRoute(stale);
        if (!present.Contains(wanted))
            netlink.ReplaceRoute(wanted);
        return null;
    }

    /// <summary>Removes our own routes to exactly this prefix.</summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="NetlinkException">The kernel refuses.</exception>
    public int Remove(IpPrefix prefix, KernelSnapshot kernel)
    {
        var own = OwnAt(prefix, kernel).ToArray();
        foreach (var route in own)
            netlink.DeleteRoute(route);
        return own.Length;
    }

    public void Dispose() => netlink.Dispose();

    // The kernel replaces what has the same metric; of IPv6 only where both have a router or neither, and on the same device.
    private static bool IsReplacedBy(Route route, Route wanted) =>
        route.Priority == wanted.Priority
        && (wanted.Destination!.AddressFamily == AddressFamily.InterNetwork || (route.IfIndex == wanted.IfIndex && route.Gateway is null == wanted.Gateway is null));
}
