using System.Globalization;
using System.Net;
using System.Text.Json;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Ipam;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Agent.Api;

/// <summary>REST API v1 (Cilium facts 9.8), and below <c>/framework</c> what is ours.</summary>
internal static class Routes
{
    public static void Map(IEndpointRouteBuilder app, ApiServices services)
    {
        var v1 = app.MapGroup("/v1");
        v1.MapGet("/healthz", async (CancellationToken ct) => Results.Json(await services.Status(ct), ApiJson.Plain.StatusResponse));
        v1.MapGet("/config", () => Results.Json(services.Configuration(), ApiJson.Plain.DaemonConfiguration));
        MapEndpoints(v1, services);
        MapIdentities(v1, services);
        MapIpam(v1, services);
        MapPolicy(v1, services);
        MapFramework(v1.MapGroup("/framework"), services);
    }

    private static void MapEndpoints(RouteGroupBuilder v1, ApiServices services)
    {
        v1.MapGet("/endpoint", (HttpRequest request) => Results.Json(services.Endpoints.List(ReadLabels(request)), ApiJson.Plain.IReadOnlyListEndpoint));
        v1.MapGet("/endpoint/{id}", (string id) => Results.Json(services.Endpoints.Get(id), ApiJson.Plain.Endpoint));
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
        v1.MapGet("/identity", (HttpRequest request) =>
        {
            var labels = ReadLabels(request);
            var rows = services.Identities.Snapshot.Where(row => labels.All(row.Labels.Contains)).OrderBy(row => row.Id).Select(ToModel);
            return Results.Json([.. rows], ApiJson.Plain.IReadOnlyListIdentity);
        });
        v1.MapGet("/identity/{id}", (string id) =>
        {
            if (!uint.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                throw new RefusedException(400, $"Identity \"{id}\" is not a number.");
            var row = services.Identities[new NumericIdentity(number)] ?? throw new RefusedException(404, $"There is no identity {number}. See cilium identity list.");
            return Results.Json(ToModel(row), ApiJson.Plain.Identity);
        });
    }

    private static void MapIpam(RouteGroupBuilder v1, ApiServices services)
    {
        v1.MapPost("/ipam", async (string? family, string? owner, CancellationToken ct) => Results.Json(await services.Ipam.AnswerAsync(ReadOwner(owner), family, ct), ApiJson.Plain.IpamResponse, statusCode: 201));
        v1.MapPost("/ipam/{ip}", async (string ip, string? owner, CancellationToken ct) => Results.Json(await services.Ipam.AnswerAsync(ReadOwner(owner), ReadAddress(ip), ct), ApiJson.Plain.IpamResponse, statusCode: 201));
        v1.MapDelete("/ipam/{ip}", async (string ip, CancellationToken ct) =>
        {
            if (!await services.Ipam.ReleaseAsync(ReadAddress(ip), ct))
                throw new RefusedException(404, $"Address {ip} is not handed out.");
            return Results.Ok();
        });
    }

    private static void MapPolicy(RouteGroupBuilder v1, ApiServices services)
    {
        v1.MapGet("/policy", (HttpRequest request) => Results.Json(services.Policies.Get(ReadLabels(request)), ApiJson.Plain.Policy));
        v1.MapDelete("/policy", (HttpRequest request) => Results.Json(services.Policies.Delete(ReadLabels(request)), ApiJson.Plain.Policy));
        v1.MapPut("/policy", async (HttpRequest request, CancellationToken ct) => Results.Json(services.Policies.Import(await RequestBody.ReadTextAsync(request, ct)), ApiJson.Plain.Policy));
    }

    private static void MapFramework(RouteGroupBuilder own, ApiServices services)
    {
        own.MapGet("/tables", () => Results.Json(services.Tables.Names, ApiJson.Plain.IReadOnlyListString));
        own.MapGet("/tables/{name}", (string name) => Results.Json(services.Tables.Show(name), ApiJson.Plain.TableDump));
        own.MapGet("/plugins", () => Results.Json(services.Plugins, ApiJson.Plain.IReadOnlyListPluginInfo));
        own.MapGet("/configuration", () => Results.Json(services.ConfigurationValues, ApiJson.Plain.IReadOnlyListConfigurationValue));
        own.MapGet("/events", async (HttpContext context) => await StreamEventsAsync(context, services));
    }

    /// <summary>One JSON document a line, until the reader goes away or the agent stops.</summary>
    private static async Task StreamEventsAsync(HttpContext context, ApiServices services)
    {
        using var subscription = services.Events.Subscribe();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, services.Stopping);
        context.Response.ContentType = "application/x-ndjson";
        await context.Response.StartAsync(either.Token);
        await context.Response.Body.FlushAsync(either.Token);
        try
        {
            await foreach (var sent in subscription.ReadAsync(services.Time, either.Token))
            {
                await JsonSerializer.SerializeAsync(context.Response.Body, sent, ApiJson.Plain.MonitorEvent, either.Token);
                await context.Response.Body.WriteAsync("\n"u8.ToArray(), either.Token);
                await context.Response.Body.FlushAsync(either.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The reader went away, or the agent stops.
        }
    }

    private static Identity ToModel(Identities.IdentityRow row) => new() { Id = row.Id.Value, Labels = [.. row.Labels.Select(label => label.ToString())] };

    private static LabelSet ReadLabels(HttpRequest request)
    {
        try
        {
            return LabelSet.Parse(request.Query["label"].OfType<string>());
        }
        catch (FormatException exception)
        {
            throw new RefusedException(400, exception.Message);
        }
    }

    private static string ReadOwner(string? owner) => owner is { Length: > 0 and <= IIpam.MaxOwnerLength }
        ? owner
        : throw new RefusedException(400, $"owner: {(string.IsNullOrEmpty(owner) ? "missing" : $"{owner.Length} characters")}. Accepted: a name of at most {IIpam.MaxOwnerLength} characters, such as the container id.");

    private static IPAddress ReadAddress(string text) => AddressText.TryParse(text, out var address) ? address : throw new RefusedException(400, $"\"{text}\" is not an IP address.");
}
