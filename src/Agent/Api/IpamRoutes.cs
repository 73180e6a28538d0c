using System.Net;
using Cilium.Framework.Agent.Endpoints;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Ipam;

namespace Cilium.Framework.Agent.Api;

/// <summary><c>/ipam</c>.</summary>
internal static class IpamRoutes
{
    private const string Owner = "owner";
    private const string Family = "family";

    public static void Map(RouteGroupBuilder v1, IpamService ipam)
    {
        v1.MapPost("/ipam", async (HttpRequest request, CancellationToken ct) =>
            Results.Json(await ipam.AnswerAsync(ReadOwner(request), QueryParameters.Value(request, Family), ct), ApiJson.Plain.IpamResponse, statusCode: 201)).Reads(Owner, Family);
        v1.MapPost("/ipam/{ip}", async (string ip, HttpRequest request, CancellationToken ct) =>
            Results.Json(await ipam.AnswerAsync(ReadOwner(request), ReadAddress(ip), ct), ApiJson.Plain.IpamResponse, statusCode: 201)).Reads(Owner);
        v1.MapDelete("/ipam/{ip}", async (string ip, CancellationToken ct) =>
        {
            if (!await ipam.ReleaseAsync(ReadAddress(ip), ct))
                throw new RefusedException(404, $"Address {ip} is not handed out.");
            return Results.Ok();
        });
    }

    private static string ReadOwner(HttpRequest request)
    {
        var owner = QueryParameters.Value(request, Owner) ?? "";
        if (owner.Length == 0)
            throw new RefusedException(400, $"owner: missing. Accepted: {HolderName.Accepted}, such as the container id.");
        if (!HolderName.Fits(owner))
            throw new RefusedException(400, $"owner: \"{TextShown.Of(owner)}\", {owner.Length} characters. Accepted: {HolderName.Accepted}, such as the container id.");
        if (EndpointLeases.IsClaim(owner))
            throw new RefusedException(400, $"owner: \"{TextShown.Of(owner)}\" is how the agent names what endpoints hold. Accepted: another name, such as the container id.");
        return owner;
    }

    private static IPAddress ReadAddress(string text) => AddressText.TryParse(text, out var address) ? address : throw new RefusedException(400, $"\"{TextShown.Of(text)}\" is not an IP address.");
}
