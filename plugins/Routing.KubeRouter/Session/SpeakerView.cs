using System.Net;
using Cilium.Framework.Routing.KubeRouter.GoBgp;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.Session;

/// <summary>What the GoBGP has told so far. Any thread.</summary>
internal sealed class SpeakerView(string failure)
{
    private readonly Lock _lock = new();
    private Dictionary<IPAddress, BgpEvent.NeighbourChanged> _neighbours = [];
    private Dictionary<IpPrefix, BgpRoute> _routes = [];
    private string? _failure = failure;
    private BgpSpeaker? _speaker;

    /// <summary>Why nothing is known, and what to do; null: all is.</summary>
    public string? Failure
    {
        get
        {
            lock (_lock)
                return _failure;
        }
    }

    /// <summary>Who it is; null while nothing is known.</summary>
    public BgpSpeaker? Speaker
    {
        get
        {
            lock (_lock)
                return _speaker;
        }
    }

    /// <summary>Its peers, by address.</summary>
    public IReadOnlyList<BgpEvent.NeighbourChanged> Neighbours
    {
        get
        {
            lock (_lock)
                return [.. _neighbours.Values.OrderBy(neighbour => IpPrefix.Host(neighbour.Address))];
        }
    }

    /// <summary>The best way to exactly this prefix; null: there is none.</summary>
    public BgpRoute? Find(IpPrefix prefix)
    {
        lock (_lock)
            return _routes.GetValueOrDefault(prefix);
    }

    /// <summary>All is known.</summary>
    public void Replace(BgpSpeaker speaker, IEnumerable<BgpEvent> told)
    {
        lock (_lock)
        {
            (_neighbours, _routes, _failure, _speaker) = ([], [], null, speaker);
            foreach (var one in told)
                Apply(one);
        }
    }

    /// <summary>Something changed.</summary>
    public void Apply(BgpEvent change)
    {
        lock (_lock)
        {
            switch (change)
            {
                case BgpEvent.RouteChosen chosen:
                    _routes[chosen.Route.Prefix] = chosen.Route;
                    break;
                case BgpEvent.RouteGone gone:
                    _routes.Remove(gone.Prefix);
                    break;
                case BgpEvent.NeighbourChanged neighbour:
                    _neighbours[neighbour.Address] = neighbour;
                    break;
            }
        }
    }

    /// <summary>Nothing is known.</summary>
    /// <param name="failure">Why, and what to do.</param>
    public void Lose(string failure)
    {
        lock (_lock)
            (_neighbours, _routes, _failure, _speaker) = ([], [], failure, null);
    }
}
