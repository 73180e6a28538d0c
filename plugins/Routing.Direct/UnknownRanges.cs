using Cilium.Framework.Errors;
using Cilium.Framework.Netlink;
using Cilium.Framework.Routing.Shared;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.Direct;

/// <summary>Ranges of other nodes are the network's business.</summary>
/// <param name="settings">For messages.</param>
internal sealed class UnknownRanges(DirectSettings settings) : IRemoteRanges
{
    public RouteAnswer Answer(NodeRouteRow row, RouteNetlink netlink) => RouteAnswer.Refused(
        ErrorKind.Unsupported,
        $"{RouteName.Of(row)}: routing direct installs routes of its own node only; the network has to know the others, or set {settings.Path}:auto-direct-node-routes to true.");

    public RouteAnswer? Explain(NodeRouteRow row, NetlinkException error, RouteNetlink netlink) => null;
}
