using System.Text.Json.Serialization;

namespace Cilium.Framework.Client.Models;

/// <summary>State of one part: <c>Ok</c>, <c>Warning</c>, <c>Failure</c> or <c>Disabled</c>, with words.</summary>
public sealed record Status
{
    public required string State { get; init; }

    public required string Msg { get; init; }
}

/// <summary>Answer to <c>GET /healthz</c>.</summary>
public sealed record StatusResponse
{
    public required Status Cilium { get; init; }

    public required Status Kvstore { get; init; }

    public required Status Datapath { get; init; }

    public required string Version { get; init; }

    public required string NodeName { get; init; }

    public required string Profile { get; init; }

    public required string Uptime { get; init; }

    /// <summary>Number of endpoints by state.</summary>
    public required IReadOnlyDictionary<string, int> Endpoints { get; init; }

    public required long PolicyRevision { get; init; }

    public required int Identities { get; init; }

    /// <summary>Address pools with their use, in words.</summary>
    public required IReadOnlyList<string> Ipam { get; init; }

    /// <summary>What the operator should know: probe findings, development settings.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Every part that reports health.</summary>
    public required IReadOnlyList<HealthEntry> Health { get; init; }

    /// <summary>The nodes that are known.</summary>
    public ClusterStatus? Cluster { get; init; }
}

/// <summary>One line of the health tree.</summary>
public sealed record HealthEntry
{
    /// <summary>Path in the tree, joined by dots.</summary>
    public required string Path { get; init; }

    public required string Level { get; init; }

    public required string Message { get; init; }
}

/// <summary>Answer to <c>GET /config</c>.</summary>
public sealed record DaemonConfiguration
{
    public required string NodeName { get; init; }

    public required string PolicyEnforcement { get; init; }

    /// <summary>MTU of endpoint devices.</summary>
    [JsonPropertyName("deviceMTU")]
    public required int DeviceMtu { get; init; }

    /// <summary>MTU of the endpoints' default route.</summary>
    [JsonPropertyName("routeMTU")]
    public required int RouteMtu { get; init; }

    public required NodeAddressing Addressing { get; init; }
}

/// <summary>One effective configuration value.</summary>
public sealed record ConfigurationValue
{
    public required string Key { get; init; }

    public required string Value { get; init; }

    /// <summary>Layer and place that set it.</summary>
    public required string Origin { get; init; }
}

/// <summary>A plugin of the running agent.</summary>
public sealed record PluginInfo
{
    public required string Id { get; init; }

    public required string Version { get; init; }

    public required string ApiVersion { get; init; }

    public required string Path { get; init; }

    public required string State { get; init; }

    public required IReadOnlyList<string> Provides { get; init; }
}

/// <summary>Rows of one table of the agent.</summary>
public sealed record TableDump
{
    public required string Name { get; init; }

    public required IReadOnlyList<string> Columns { get; init; }

    public required IReadOnlyList<IReadOnlyList<string>> Rows { get; init; }
}

/// <summary>Body of every refusal.</summary>
public sealed record ApiError
{
    /// <summary>What failed, on which object, what is accepted, what to do.</summary>
    public required string Error { get; init; }
}
