using System.Text.Json.Serialization;
using Cilium.Framework.State;

namespace Cilium.Framework.Identities;

/// <summary>Numbers that this node uses, as they are kept in the state directory: endpoints do not wait for the store after a restart, and prefixes keep their numbers.</summary>
/// <param name="Claims">Label sets by store key.</param>
/// <param name="Prefixes">Prefixes by text.</param>
/// <param name="LastPrefixId">Number given last to a prefix: a freed number is not given again at once.</param>
/// <param name="Node">Name of this node in the keys of its uses; null: none was chosen yet.</param>
/// <param name="FormerNodes">Names that it had before, as long as there may be uses under them; null: none.</param>
public sealed record IdentityState(
    IReadOnlyDictionary<string, uint> Claims, IReadOnlyDictionary<string, uint> Prefixes, uint LastPrefixId, string? Node = null, IReadOnlyList<string>? FormerNodes = null)
{
    /// <summary>Nothing.</summary>
    public static readonly IdentityState Empty = new(new Dictionary<string, uint>(), new Dictionary<string, uint>(), 0);

    /// <summary>See <see cref="StateFormat"/>.</summary>
    [JsonPropertyOrder(-1)]
    public int Format { get; init; } = StateFormat.Newest;
}

/// <summary>JSON of <see cref="IdentityState"/>.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(IdentityState))]
public sealed partial class IdentityStateJson : JsonSerializerContext;
