using Cilium.Framework.Netlink;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.Shared;

/// <summary>How a backend reaches the range of another node.</summary>
internal interface IRemoteRanges
{
    /// <summary>The route of a row that has a next hop.</summary>
    /// <param name="row">The row.</param>
    /// <param name="netlink">Where devices and the way to the next hop are looked up.</param>
    /// <exception cref="NetlinkException">The kernel could not be asked.</exception>
    RouteAnswer Answer(NodeRouteRow row, RouteNetlink netlink);

    /// <summary>What a refusal of the kernel means for a row; null: nothing beyond the kernel's own words.</summary>
    /// <param name="row">The row.</param>
    /// <param name="error">What the kernel said to the route of <see cref="Answer"/>.</param>
    /// <param name="netlink">Where more can be looked up.</param>
    RouteAnswer? Explain(NodeRouteRow row, NetlinkException error, RouteNetlink netlink);
}
