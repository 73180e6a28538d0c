using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Routing.KubeRouter.GoBgp;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.Exchange;

/// <summary>What the GoBGP tells of its own accord or because it was asked to, at one moment; not what it learnt.</summary>
internal sealed class ToldRoutes
{
    private readonly Dictionary<IpPrefix, BgpRoute> _own;

    private ToldRoutes(IGoBgpApi api, IReadOnlyCollection<BgpRoute> own, IReadOnlyList<BgpNeighbour> peers) =>
        (Api, _own, Peers, Ours) = (api, own.DistinctBy(route => route.Prefix).ToDictionary(route => route.Prefix), peers, own.Where(route => route.IsOurs).Select(route => route.Prefix).ToHashSet());

    /// <summary>Where it was asked.</summary>
    public IGoBgpApi Api { get; }

    /// <summary>Whom it tells.</summary>
    public IReadOnlyList<BgpNeighbour> Peers { get; }

    /// <summary>Prefixes that we asked it to tell, also by an earlier process.</summary>
    public IReadOnlySet<IpPrefix> Ours { get; }

    public static async Task<ToldRoutes> ReadAsync(IGoBgpApi api, IEnumerable<AddressFamily> families, CancellationToken cancellationToken)
    {
        var routes = new List<BgpRoute>();
        foreach (var family in families.Distinct())
            routes.AddRange(await api.ListRoutesAsync(family, cancellationToken));
        return new(api, [.. routes.Where(route => route.Neighbour is null)], await api.ListNeighboursAsync(cancellationToken));
    }

    /// <summary>It tells the prefix for somebody else, such as kube-router.</summary>
    public bool IsOfOthers(IpPrefix prefix) => _own.TryGetValue(prefix, out var route) && !route.IsOurs;

    /// <summary>It tells the prefix for us, with this next hop.</summary>
    public bool Has(IpPrefix prefix, IPAddress nextHop) => _own.TryGetValue(prefix, out var route) && route.IsOurs && route.NextHop.Equals(nextHop);
}
