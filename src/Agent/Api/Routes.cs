using System.Globalization;
using Cilium.Framework.Agent.Events;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Agent.Api;

/// <summary>REST API v1 (Cilium facts 9.8), and below <c>/framework</c> what is ours.</summary>
internal static class Routes
{
    /// <summary>Of a route that is only read: HEAD works where GET does.</summary>
    public static readonly string[] Read = [HttpMethods.Get, HttpMethods.Head];

    public static void Map(IEndpointRouteBuilder app, ApiServices services)
    {
        var v1 = app.MapGroup("/v1").AddEndpointFilter(QueryParameters.CheckAsync);
        v1.MapMethods("/healthz", Read, async (CancellationToken ct) => Results.Json(await services.Status(ct), ApiJson.Plain.StatusResponse));
        v1.MapMethods("/config", Read, () => Results.Json(services.Configuration(), ApiJson.Plain.DaemonConfiguration));
        MapEndpoints(v1, services);
        MapIdentities(v1, services);
        IpamRoutes.Map(v1, services.Ipam);
        PolicyRoutes.Map(v1, services.Policies);
        KvstoreRoutes.Map(v1, services);
        BgpRoutes.Map(v1, services.RouteExchange);
        MapFramework(v1.MapGroup("/framework"), services);
    }

    /// <summary>Names the query parameters that a route reads.</summary>
    public static RouteHandlerBuilder Reads(this RouteHandlerBuilder route, params IReadOnlyList<string> names) => route.WithMetadata(new QueryParameters(names));

    private static void MapEndpoints(RouteGroupBuilder v1, ApiServices services)
    {
        v1.MapMethods("/endpoint", Read, async (HttpRequest request, CancellationToken ct) =>
            Results.Json(services.Endpoints.List((await LabelRestriction.ReadAsync(request, ct)).Labels), ApiJson.Plain.IReadOnlyListEndpoint)).Reads(QueryParameters.Label);
        v1.MapMethods("/endpoint/{id}", Read, (string id) => Results.Json(services.Endpoints.Get(id), ApiJson.Plain.Endpoint));
        v1.MapPut("/endpoint/{id}", async (string id, HttpRequest request, CancellationToken ct) =>
        {
            var body = await RequestBody.ReadJsonAsync(request, ApiJson.Plain.EndpointChangeRequest, ct);
            return Results.Json(await services.Endpoints.PutAsync(id, body, ct), ApiJson.Plain.Endpoint, statusCode: 201);
        });
        v1.MapDelete("/endpoint/{id}", async (string id, CancellationToken ct) =>
        {
            await services.Endpoints.DeleteAsync(id, ct);
            return Results.Ok();
        });
    }

    private static void MapIdentities(RouteGroupBuilder v1, ApiServices services)
    {
        v1.MapMethods("/identity", Read, async (HttpRequest request, CancellationToken ct) =>
        {
            var labels = (await LabelRestriction.ReadAsync(request, ct)).Labels;
            var rows = services.Identities.Snapshot.Where(row => labels.All(row.Labels.Contains)).OrderBy(row => row.Id).Select(ToModel);
            return Results.Json([.. rows], ApiJson.Plain.IReadOnlyListIdentity);
        }).Reads(QueryParameters.Label);
        v1.MapMethods("/identity/{id}", Read, (string id) =>
        {
            if (!uint.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                throw new RefusedException(400, $"Identity \"{TextShown.Of(id)}\" is not a number.");
            var row = services.Identities[new NumericIdentity(number)] ?? throw new RefusedException(404, $"There is no identity {number}. See cilium identity list.");
            return Results.Json(ToModel(row), ApiJson.Plain.Identity);
        });
    }

    private static void MapFramework(RouteGroupBuilder own, ApiServices services)
    {
        own.MapMethods("/tables", Read, () => Results.Json(services.Tables.Names, ApiJson.Plain.IReadOnlyListString));
        own.MapMethods("/tables/{name}", Read, (string name) => Results.Json(services.Tables.Show(name), ApiJson.Plain.TableDump));
        own.MapMethods("/health", Read, () => Results.Json(services.Health(), ApiJson.Plain.ClusterHealth));
        own.MapMethods("/plugins", Read, () => Results.Json(services.Plugins, ApiJson.Plain.IReadOnlyListPluginInfo));
        own.MapMethods("/configuration", Read, () => Results.Json(services.ConfigurationValues, ApiJson.Plain.IReadOnlyListConfigurationValue));
        own.MapMethods("/route-ledger", Read, () => Results.Json(services.RouteLedger(), ApiJson.Plain.IReadOnlyListRouteLedgerEntry));
        own.MapMethods("/mtu", Read, () => Results.Json(services.Mtu(), ApiJson.Plain.MtuReport));
        own.MapMethods("/events", Read, async (HttpContext context) => await StreamEventsAsync(context, services));
    }

    private static Task StreamEventsAsync(HttpContext context, ApiServices services)
    {
        return JsonLines.StreamAsync(context, Subscribe, (subscription, ct) => subscription.ReadAsync(services.Time, ct), ApiJson.Plain.MonitorEvent, services.Stopping);

        // Asked for its head alone, nobody listens.
        EventSubscription Subscribe() => services.Events.Subscribe();
    }

    private static Identity ToModel(Identities.IdentityRow row) => new() { Id = row.Id.Value, Labels = [.. row.Labels.Select(label => label.ToString())] };
}
