using System.Net;

namespace Cilium.Framework.Rows;

/// <summary>A workload of this node as the datapath sees it. Key: <see cref="Id"/>.</summary>
public sealed record EndpointRow
{
    /// <summary>Number on this node, 1..65535, stable over restarts.</summary>
    public required ushort Id { get; init; }

    /// <summary>Index of the host side of its device.</summary>
    public required int IfIndex { get; init; }

    /// <summary>Name of the host side of its device.</summary>
    public required string Device { get; init; }

    /// <summary>Address of the workload's own side; packets from it must carry this source.</summary>
    public required MacAddress Mac { get; init; }

    /// <summary>Address of the host side; what the workload is told when it asks for its gateway.</summary>
    public required MacAddress HostMac { get; init; }

    /// <summary>IPv4 address, when the family is enabled.</summary>
    public IPAddress? IPv4 { get; init; }

    /// <summary>IPv6 address, when the family is enabled.</summary>
    public IPAddress? IPv6 { get; init; }

    /// <summary>Identity of its labels.</summary>
    public required NumericIdentity Identity { get; init; }

    /// <summary>Policy that judges its traffic; null: everything from and to it is dropped.</summary>
    public PolicyId? Policy { get; init; }
}
