using System.Text.Json.Serialization;
using Cilium.Framework.Rows;
using Cilium.Framework.State;

namespace Cilium.Framework.Nodes;

/// <summary>Ranges that this node has claimed: after a restart it works with them before the store answers.</summary>
/// <param name="Claimed">At most one per family.</param>
public sealed record PodCidrState(IReadOnlyList<string> Claimed)
{
    internal const string FileName = "pod-cidrs.json";

    /// <summary>See <see cref="StateFormat"/>.</summary>
    [JsonPropertyOrder(-1)]
    public int Format { get; init; } = StateFormat.Newest;

    /// <summary>The ranges.</summary>
    /// <exception cref="FormatException">One of them is none.</exception>
    public IReadOnlyList<IpPrefix> Read() => [.. Claimed.Select(IpPrefix.Parse)];
}

/// <summary>JSON of <see cref="PodCidrState"/>.</summary>
[JsonSourceGenerationOptions(UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PodCidrState))]
public sealed partial class PodCidrStateJson : JsonSerializerContext;
