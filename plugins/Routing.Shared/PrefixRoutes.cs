using Cilium.Framework.Errors;
using Cilium.Framework.Netlink;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.Shared;

/// <summary>Makes the one route to a prefix what it should be, without a moment in which there is none.</summary>
/// <param name="netlink">The namespace.</param>
/// <param name="protocol">Marks our routes.</param>
internal sealed class PrefixRoutes(RouteNetlink netlink, byte protocol)
{
    /// <summary>Makes a route, in place of our own ones to the same prefix.</summary>
    /// <param name="row">The row, for messages.</param>
    /// <param name="wanted">The route; carries our protocol number.</param>
    /// <param name="present">Routes of the main table to the prefix.</param>
    /// <exception cref="NetlinkException">The kernel refused; what was there still is.</exception>
    public RowOutcome Realise(NodeRouteRow row, Route wanted, IReadOnlyList<Route> present)
    {
        if (present.Any(route => IsOwn(route) && route.NextHops.Count > 0))
            present = WithoutJoinedWays(row, wanted);
        // IPv6 would replace the route of somebody else too, and IPv4 the first of several.
        if (present.FirstOrDefault(route => (!IsOwn(route) || route.NextHops.Count > 0) && route.Priority == wanted.Priority) is { } foreign)
            return Conflict(row, foreign);
        if (!present.Contains(wanted))
        {
            if (present.Any(route => route.Priority == wanted.Priority))
                netlink.ReplaceRoute(wanted);
            else if (!TryAdd(wanted))
                return Conflict(row, Read(row.PodCidr).FirstOrDefault(route => !IsOwn(route)));
        }

        // The kernel says nothing of what it replaced: a route at another metric, or a second one, may be left.
        if (present.Any(route => IsOwn(route) && route != wanted))
            Remove([.. Read(row.PodCidr).Where(route => route != wanted)]);
        return RowOutcome.Done;
    }

    /// <summary>Removes those that are ours.</summary>
    /// <param name="routes">Routes of the main table.</param>
    public void Remove(IReadOnlyList<Route> routes)
    {
        foreach (var route in routes.Where(IsOwn))
        {
            if (route.NextHops.Count == 0)
                netlink.DeleteRoute(route);
            else
                RemoveWays(route);
        }
    }

    // An IPv6 route that somebody appended to ours is listed as a further way of it. Only ours fits the protocol number.
    private void RemoveWays(Route joined)
    {
        foreach (var way in joined.NextHops)
            netlink.DeleteRoute(joined with { NextHops = [], Gateway = way.Gateway, IfIndex = way.IfIndex });
    }

    private Route[] WithoutJoinedWays(NodeRouteRow row, Route wanted)
    {
        foreach (var joined in Read(row.PodCidr).Where(route => IsOwn(route) && route.NextHops.Count > 0))
        {
            foreach (var way in joined.NextHops.Where(way => way.IfIndex != wanted.IfIndex || !Equals(way.Gateway, wanted.Gateway)))
                netlink.DeleteRoute(joined with { NextHops = [], Gateway = way.Gateway, IfIndex = way.IfIndex });
        }

        return Read(row.PodCidr);
    }

    private bool TryAdd(Route wanted)
    {
        try
        {
            netlink.AddRoute(wanted);
            return true;
        }
        catch (NetlinkException error) when (error.Errno == NetlinkException.Exists)
        {
            return false;
        }
    }

    private Route[] Read(IpPrefix prefix) =>
        [.. netlink.ListRoutes(new RouteFilter { Family = prefix.Family, Table = Route.MainTable }).Where(route => route.Table == Route.MainTable && RouteForm.PrefixOf(route) == prefix)];

    private bool IsOwn(Route route) => route.Protocol == protocol;

    private RowOutcome Conflict(NodeRouteRow row, Route? foreign)
    {
        var what = foreign switch
        {
            null => "there is one already, which is not ours",
            { NextHops.Count: > 0 } when IsOwn(foreign) => "somebody appended a way of theirs to it",
            _ => $"there is one of protocol {foreign.Protocol} already, which is not ours",
        };
        return RowOutcome.Failed(ErrorKind.Conflict, $"{RouteName.Of(row)}: {what}. Remove that route or give {(row.NextHop is null ? "this node" : $"node {row.Node}")} another range.");
    }
}
