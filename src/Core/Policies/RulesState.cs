using System.Text.Json.Serialization;
using Cilium.Framework.State;

namespace Cilium.Framework.Policies;

/// <summary>Rules as they are kept in the state directory.</summary>
/// <param name="Revision">Revision of the rules.</param>
/// <param name="NextCookie">Number of the next new section.</param>
/// <param name="Policies">In the order of their import.</param>
public sealed record RulesState(ulong Revision, uint NextCookie, IReadOnlyList<StoredPolicy> Policies)
{
    /// <summary>See <see cref="StateFormat"/>.</summary>
    [JsonPropertyOrder(-1)]
    public int Format { get; init; } = StateFormat.Newest;
}

/// <summary>One policy as it is kept.</summary>
/// <param name="Name">Name within its namespace, or null for a bare list of rules. An older file has <c>namespace/name</c>.</param>
/// <param name="Namespace">Namespace that it is restricted to; empty: none.</param>
/// <param name="Rules">Its rules.</param>
public sealed record StoredPolicy(string? Name, string Namespace, IReadOnlyList<StoredRule> Rules);

/// <summary>One rule as it is kept.</summary>
/// <param name="Origin">What people call it.</param>
/// <param name="Text">As JSON, with all its labels.</param>
/// <param name="Cookies">Cookies of its sections, ingress first.</param>
/// <param name="Place">What the places of its sections begin with; an older file has none.</param>
public sealed record StoredRule(string Origin, [property: JsonConverter(typeof(LongText))] string Text, IReadOnlyList<uint> Cookies, string Place = "");

/// <summary>JSON of <see cref="RulesState"/>.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RulesState))]
public sealed partial class RulesStateJson : JsonSerializerContext;
