using System.Text.Json.Serialization;
using Cilium.Framework.State;

namespace Cilium.Framework.Client.Models;

/// <summary>Answer to requests about the rules.</summary>
public sealed record Policy
{
    /// <summary>Revision of the rules after the request.</summary>
    public required long Revision { get; init; }

    /// <summary>The rules as a JSON document; a text of its own, as in Cilium's API v1.</summary>
    [JsonPropertyName("policy")]
    [JsonConverter(typeof(LongText))]
    public required string Rules { get; init; }
}
