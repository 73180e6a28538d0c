using System.Text.Json.Serialization;

namespace Cilium.Framework.Kvstore.Consul.Model;

/// <summary>What is asked for. Without checks: else the death of the one server that was asked would end the session and delete its keys.</summary>
internal sealed record SessionRequest(
    string Name, [property: JsonPropertyName("TTL")] string TimeToLive, string Behavior, string LockDelay, string[] NodeChecks);

/// <summary>What was granted.</summary>
internal sealed record SessionInfo
{
    [JsonPropertyName("ID")]
    public required string Id { get; init; }

    [JsonPropertyName("TTL")]
    public string TimeToLive { get; init; } = "";

    public string Behavior { get; init; } = "";

    /// <summary>In nanoseconds.</summary>
    public long LockDelay { get; init; }

    public string[]? NodeChecks { get; init; }
}

/// <summary>Answer to the creation of a session.</summary>
internal sealed record SessionCreated([property: JsonPropertyName("ID")] string Id);
