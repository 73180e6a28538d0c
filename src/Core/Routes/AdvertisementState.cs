using System.Text.Json.Serialization;
using Cilium.Framework.Rows;
using Cilium.Framework.State;

namespace Cilium.Framework.Routes;

/// <summary>Prefixes that this node was asked to tell other routers, as they are kept in the state directory.</summary>
/// <param name="Requested">Each once, in their order.</param>
public sealed record AdvertisementState(IReadOnlyList<string> Requested)
{
    /// <summary>See <see cref="StateFormat"/>.</summary>
    [JsonPropertyOrder(-1)]
    public int Format { get; init; } = StateFormat.Newest;

    /// <summary>The prefixes.</summary>
    /// <exception cref="FormatException">One of them is none.</exception>
    public IReadOnlyList<IpPrefix> Read() => [.. Requested.Select(IpPrefix.Parse)];
}

/// <summary>JSON of <see cref="AdvertisementState"/>.</summary>
[JsonSourceGenerationOptions(UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AdvertisementState))]
public sealed partial class AdvertisementStateJson : JsonSerializerContext;
