using System.Net;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.GoBgp.Watching;

/// <summary>What was listed, with what changed while it was.</summary>
internal sealed class KnownState
{
    private readonly Dictionary<IPAddress, BgpEvent.NeighbourChanged> _neighbours = [];
    private readonly Dictionary<IpPrefix, BgpEvent.RouteChosen> _routes = [];

    public void Add(IEnumerable<BgpNeighbour> neighbours)
    {
        foreach (var neighbour in neighbours)
            _neighbours[neighbour.Address] = new(neighbour.Address, neighbour.As, neighbour.State);
    }

    public void Add(IEnumerable<BgpRoute> routes)
    {
        foreach (var route in routes.Where(route => route.IsBest))
            _routes[route.Prefix] = new(route);
    }

    public void Apply(BgpEvent change)
    {
        switch (change)
        {
            case BgpEvent.RouteChosen chosen:
                _routes[chosen.Route.Prefix] = chosen;
                break;
            case BgpEvent.RouteGone gone:
                _routes.Remove(gone.Prefix);
                break;
            case BgpEvent.NeighbourChanged neighbour:
                _neighbours[neighbour.Address] = neighbour;
                break;
        }
    }

    public IReadOnlyList<BgpEvent> Events() =>
        [.. _neighbours.Values.OrderBy(neighbour => IpPrefix.Host(neighbour.Address)), .. _routes.Values.OrderBy(route => route.Route.Prefix)];
}
