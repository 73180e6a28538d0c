using Cilium.Framework.Errors;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routing.KubeRouter.GoBgp;
using Cilium.Framework.Routing.KubeRouter.Routes;
using Cilium.Framework.Routing.KubeRouter.Session;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.Exchange;

/// <summary>The GoBGP, as an operator asks for it. Everything is asked anew.</summary>
internal sealed class BgpExchange(SpeakerSession session, Advertisements advertisements, KubeRouterSettings settings) : IRouteExchange
{
    public IReconcileTarget<AdvertisementRow> Advertisements => advertisements;

    public async ValueTask<RouteSpeakerInfo> DescribeAsync(CancellationToken cancellationToken)
    {
        try
        {
            var connection = await session.ConnectAsync(cancellationToken);
            var speaker = await connection.Api.GetSpeakerAsync(cancellationToken);
            return new(settings.Endpoint, true, $"GoBGP {(int)connection.Version}, {Words(speaker)}");
        }
        catch (CiliumException error)
        {
            return new(settings.Endpoint, false, error.Message);
        }
    }

    public async ValueTask<IReadOnlyList<RoutePeerInfo>> ListPeersAsync(CancellationToken cancellationToken)
    {
        var api = (await session.ConnectAsync(cancellationToken)).Api;
        return [.. (await api.ListNeighboursAsync(cancellationToken)).Select(peer =>
            new RoutePeerInfo(peer.Address, peer.As, peer.State.ToString().ToLowerInvariant(), peer.Since, peer.Received, peer.Accepted, peer.Advertised))];
    }

    public async ValueTask<IReadOnlyList<ExchangedRouteInfo>> ListRoutesAsync(CancellationToken cancellationToken)
    {
        var api = (await session.ConnectAsync(cancellationToken)).Api;
        var routes = new List<BgpRoute>();
        foreach (var family in KernelRoutes.Families)
            routes.AddRange(await api.ListRoutesAsync(family, cancellationToken));
        return [.. routes.Select(route => new ExchangedRouteInfo(route.Prefix, route.NextHop, route.Neighbour, route.AsPath, route.IsBest))];
    }

    private string Words(BgpSpeaker? speaker) => speaker switch
    {
        null => "BGP is not started in it",
        _ when settings.Asn is { } expected && expected != speaker.As => $"AS {speaker.As} instead of the {expected} of {settings.Path}:asn, router {speaker.RouterId}: nothing is learnt from it and nothing advertised through it",
        _ => $"AS {speaker.As}, router {speaker.RouterId}",
    };
}
