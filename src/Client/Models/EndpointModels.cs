namespace Cilium.Framework.Client.Models;

/// <summary>Addresses of an endpoint. Names are those of Cilium's API v1.</summary>
public sealed record AddressPair
{
    public string? Ipv4 { get; init; }

    public string? Ipv6 { get; init; }
}

/// <summary>Body of <c>PUT /endpoint/{id}</c>.</summary>
public sealed record EndpointChangeRequest
{
    /// <summary>Wanted number; 0: the agent chooses.</summary>
    public int Id { get; init; }

    public string? ContainerId { get; init; }

    public string? ContainerName { get; init; }

    /// <summary>Host side of the device.</summary>
    public string? InterfaceName { get; init; }

    /// <summary>Index of the host side; 0: the agent looks it up by name.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>Address of the workload's side.</summary>
    public string? Mac { get; init; }

    /// <summary>Address of the host side.</summary>
    public string? HostMac { get; init; }

    public AddressPair? Addressing { get; init; }

    /// <summary>Each <c>source:key=value</c>; none: the endpoint gets the identity <c>init</c>.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    public string? State { get; init; }

    /// <summary>Answer only when the endpoint is ready, or cannot become so.</summary>
    public bool SyncBuildEndpoint { get; init; }
}

/// <summary>An endpoint as the agent sees it.</summary>
public sealed record Endpoint
{
    public required int Id { get; init; }

    public required EndpointStatus Status { get; init; }
}

/// <summary>State of an endpoint.</summary>
public sealed record EndpointStatus
{
    /// <summary>waiting-for-identity, not-ready, waiting-to-regenerate, regenerating, restoring, ready, disconnecting.</summary>
    public required string State { get; init; }

    /// <summary>Why it is not ready, in words.</summary>
    public string? Message { get; init; }

    public Identity? Identity { get; init; }

    public required EndpointNetworking Networking { get; init; }

    public required EndpointPolicy Policy { get; init; }

    public required EndpointIdentifiers ExternalIdentifiers { get; init; }

    public required IReadOnlyList<string> Labels { get; init; }
}

/// <summary>Device and addresses of an endpoint.</summary>
public sealed record EndpointNetworking
{
    public required IReadOnlyList<AddressPair> Addressing { get; init; }

    public required string Mac { get; init; }

    public required string HostMac { get; init; }

    public required string InterfaceName { get; init; }

    public required int InterfaceIndex { get; init; }
}

/// <summary>Policy of an endpoint.</summary>
public sealed record EndpointPolicy
{
    /// <summary>Revision of the rules that is in force.</summary>
    public required long PolicyRevision { get; init; }

    /// <summary>none, ingress, egress or both.</summary>
    public required string PolicyEnabled { get; init; }

    /// <summary>Identities that may send to it; 0: any.</summary>
    public IReadOnlyList<long> AllowedIngressIdentities { get; init; } = [];

    /// <summary>Identities that it may send to; 0: any.</summary>
    public IReadOnlyList<long> AllowedEgressIdentities { get; init; } = [];
}

/// <summary>What the outside calls an endpoint.</summary>
public sealed record EndpointIdentifiers
{
    public string? ContainerId { get; init; }

    public string? ContainerName { get; init; }
}
