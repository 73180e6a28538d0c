using System.Net;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Endpoints;

/// <summary>What the agent was told about a workload; survives a restart. Key: <see cref="Id"/>.</summary>
public sealed record EndpointRequest
{
    /// <summary>Number on this node, 1..65535.</summary>
    public required ushort Id { get; init; }

    /// <summary>What the container runtime calls it; empty when nobody said.</summary>
    public string ContainerId { get; init; } = "";

    /// <summary>A name for people.</summary>
    public string ContainerName { get; init; } = "";

    /// <summary>Host side of its device.</summary>
    public required string Device { get; init; }

    /// <summary>Index of the host side.</summary>
    public required int IfIndex { get; init; }

    /// <summary>Address of the workload's side.</summary>
    public required MacAddress Mac { get; init; }

    /// <summary>Address of the host side.</summary>
    public required MacAddress HostMac { get; init; }

    /// <summary>IPv4 address, when it has one.</summary>
    public IPAddress? IPv4 { get; init; }

    /// <summary>IPv6 address, when it has one.</summary>
    public IPAddress? IPv6 { get; init; }

    /// <summary>All labels as given; empty: the identity is <c>init</c>.</summary>
    public required LabelSet Labels { get; init; }

    /// <summary>Labels that make up the identity.</summary>
    public required LabelSet IdentityLabels { get; init; }

    /// <summary>Its addresses.</summary>
    public IEnumerable<IPAddress> Addresses
    {
        get
        {
            if (IPv4 is not null)
                yield return IPv4;
            if (IPv6 is not null)
                yield return IPv6;
        }
    }
}
