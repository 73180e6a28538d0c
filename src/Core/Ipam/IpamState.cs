using System.Text.Json.Serialization;
using Cilium.Framework.State;

namespace Cilium.Framework.Ipam;

/// <summary>Leases as they are kept in the state directory.</summary>
/// <param name="Leases">By address.</param>
public sealed record IpamState(IReadOnlyList<IpamStateLease> Leases)
{
    /// <summary>See <see cref="StateFormat"/>.</summary>
    [JsonPropertyOrder(-1)]
    public int Format { get; init; } = StateFormat.Newest;
}

/// <summary>One lease.</summary>
/// <param name="Owner">Who holds it.</param>
/// <param name="Address">The address.</param>
public sealed record IpamStateLease(string Owner, string Address);

/// <summary>JSON of <see cref="IpamState"/>.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(IpamState))]
public sealed partial class IpamStateJson : JsonSerializerContext;
