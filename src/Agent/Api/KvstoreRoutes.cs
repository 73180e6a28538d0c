using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Agent.Api;

/// <summary><c>/kvstore</c>, ours: a look into what the nodes share. Keys are in the query: paths would fold their slashes.</summary>
internal static class KvstoreRoutes
{
    private const string Key = "key";
    private const string Prefix = "prefix";
    private const string Recursive = "recursive";

    public static void Map(RouteGroupBuilder v1, ApiServices services)
    {
        var shared = services.Kvstore;
        v1.MapMethods("/kvstore", Routes.Read, async (HttpRequest request, CancellationToken ct) =>
            Results.Json(await GetAsync(shared, request, ct), ApiJson.Plain.IReadOnlyListKvstoreEntry)).Reads(Key, Recursive);
        v1.MapPut("/kvstore", async (HttpRequest request, CancellationToken ct) =>
        {
            await shared.SetAsync(ReadKey(request), await RequestBody.ReadTextAsync(request, ct), ct);
            return Results.Json(new KvstoreChange { Keys = 1 }, ApiJson.Plain.KvstoreChange);
        }).Reads(Key);
        v1.MapDelete("/kvstore", async (HttpRequest request, CancellationToken ct) =>
            Results.Json(new KvstoreChange { Keys = await DeleteAsync(shared, request, ct) }, ApiJson.Plain.KvstoreChange)).Reads(Key, Recursive);
        v1.MapMethods("/kvstore/watch", Routes.Read, async (HttpContext context, CancellationToken ct) =>
        {
            var prefix = QueryParameters.Value(context.Request, Prefix) ?? "";
            await shared.CheckWatchAsync(prefix, ct);
            await JsonLines.StreamAsync(context, () => shared, (keys, stop) => keys.WatchAsync(prefix, stop), ApiJson.Plain.KvstoreEvent, services.Stopping);
            return Results.Empty;
        }).Reads(Prefix);
    }

    private static async Task<IReadOnlyList<KvstoreEntry>> GetAsync(SharedKeys shared, HttpRequest request, CancellationToken ct) => IsRecursive(request)
        ? await shared.ListAsync(QueryParameters.Value(request, Key) ?? "", ct)
        : [await shared.GetAsync(ReadKey(request), ct)];

    private static Task<int> DeleteAsync(SharedKeys shared, HttpRequest request, CancellationToken ct) =>
        IsRecursive(request) ? shared.DeleteBelowAsync(ReadKey(request), ct) : shared.DeleteAsync(ReadKey(request), ct);

    private static string ReadKey(HttpRequest request) => QueryParameters.Value(request, Key) is { Length: > 0 } key
        ? key
        : throw new RefusedException(400, "key: missing. Accepted: a key of the store, such as cilium/state/nodes/v1/default/NODE. Nothing was changed.");

    private static bool IsRecursive(HttpRequest request) => QueryParameters.Value(request, Recursive) switch
    {
        null or "false" => false,
        "true" => true,
        var other => throw new RefusedException(400, $"recursive: \"{TextShown.Of(other)}\" is not accepted. Accepted: true, false. Nothing was changed."),
    };
}
