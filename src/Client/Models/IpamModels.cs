namespace Cilium.Framework.Client.Models;

/// <summary>Answer to <c>POST /ipam</c>.</summary>
public sealed record IpamResponse
{
    public required AddressPair Address { get; init; }

    public required NodeAddressing HostAddressing { get; init; }
}

/// <summary>The node's own addresses among its endpoints.</summary>
public sealed record NodeAddressing
{
    public NodeAddressingElement? Ipv4 { get; init; }

    public NodeAddressingElement? Ipv6 { get; init; }
}

/// <summary>One family of <see cref="NodeAddressing"/>.</summary>
public sealed record NodeAddressingElement
{
    public required bool Enabled { get; init; }

    /// <summary>The endpoints' gateway.</summary>
    public required string Ip { get; init; }

    /// <summary>Range that endpoint addresses come from.</summary>
    public required string AllocRange { get; init; }
}
