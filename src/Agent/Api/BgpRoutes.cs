using Cilium.Framework.Agent.Exchange;
using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Agent.Api;

/// <summary><c>/bgp</c>: paths as in later releases of Cilium, members ours. Prefixes are in the query: paths would fold their slashes.</summary>
internal static class BgpRoutes
{
    private const string Prefix = "prefix";

    /// <summary>Says that a default route is meant.</summary>
    private const string DefaultRoute = "default-route";

    public static void Map(RouteGroupBuilder v1, RouteExchangeService exchange)
    {
        v1.MapMethods("/bgp/peers", Routes.Read, async (CancellationToken ct) => Results.Json(await exchange.PeersAsync(ct), ApiJson.Plain.BgpPeers));
        v1.MapMethods("/bgp/routes", Routes.Read, async (CancellationToken ct) => Results.Json(await exchange.RoutesAsync(ct), ApiJson.Plain.IReadOnlyListBgpRoute));
        v1.MapPut("/bgp/advertisements", async (HttpRequest request, CancellationToken ct) =>
            Results.Json(await exchange.AdvertiseAsync(QueryParameters.Value(request, Prefix), IsDefaultMeant(request), ct), ApiJson.Plain.BgpAdvertisement)).Reads(Prefix, DefaultRoute);
        v1.MapDelete("/bgp/advertisements", async (HttpRequest request, CancellationToken ct) =>
            Results.Json(await exchange.WithdrawAsync(QueryParameters.Value(request, Prefix), ct), ApiJson.Plain.BgpAdvertisement)).Reads(Prefix);
    }

    private static bool IsDefaultMeant(HttpRequest request) => QueryParameters.Value(request, DefaultRoute) switch
    {
        null or "false" => false,
        "true" => true,
        var other => throw new RefusedException(400, $"default-route: \"{TextShown.Of(other)}\" is not accepted. Accepted: true, false. Nothing was changed."),
    };
}
