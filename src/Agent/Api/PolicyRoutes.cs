using Cilium.Framework.Agent.Policies;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Labels;

namespace Cilium.Framework.Agent.Api;

/// <summary><c>/policy</c>.</summary>
internal static class PolicyRoutes
{
    /// <summary>Says that every rule is meant.</summary>
    private const string All = "all";

    public static void Map(RouteGroupBuilder v1, IPolicyService policies)
    {
        v1.MapMethods("/policy", Routes.Read, async (HttpRequest request, CancellationToken ct) =>
            Results.Json(policies.Get((await LabelRestriction.ReadAsync(request, ct)).Labels), ApiJson.Plain.Policy)).Reads(QueryParameters.Label);
        v1.MapDelete("/policy", async (HttpRequest request, CancellationToken ct) =>
            Results.Json(policies.Delete(await ReadDoomedAsync(request, ct)), ApiJson.Plain.Policy)).Reads(QueryParameters.Label, All);
        v1.MapPut("/policy", async (HttpRequest request, CancellationToken ct) => Results.Json(policies.Import(await RequestBody.ReadTextAsync(request, ct)), ApiJson.Plain.Policy));
    }

    /// <summary>Labels of the rules to delete; empty only when the request says that all are meant.</summary>
    private static async Task<LabelSet> ReadDoomedAsync(HttpRequest request, CancellationToken ct)
    {
        var wanted = await LabelRestriction.ReadAsync(request, ct);
        var isAll = QueryParameters.Value(request, All) switch
        {
            null or "false" => false,
            "true" => true,
            var other => throw new RefusedException(400, $"all: \"{TextShown.Of(other)}\" is not accepted. Accepted: true, false. Nothing was deleted."),
        };
        if (isAll && !wanted.IsEmpty)
            throw new RefusedException(400, $"all: excludes labels, but {wanted.Labels} are given. Nothing was deleted.");
        if (!isAll && wanted.IsEmpty)
            throw new RefusedException(400, "No labels are given. Accepted: a JSON list of labels in the body, label= in the query, or all=true for every rule. Nothing was deleted.");
        return wanted.Labels;
    }
}
