using System.Net.Sockets;

namespace Cilium.Framework.Netlink;

/// <summary>Which routes to list; what is null does not restrict. The kernel filters, so that a large table of others costs nothing.</summary>
public sealed record RouteFilter
{
    /// <summary>IPv4 or IPv6.</summary>
    public required AddressFamily Family { get; init; }

    /// <summary>Routing table.</summary>
    public uint? Table { get; init; }

    /// <summary>Who made them.</summary>
    public byte? Protocol { get; init; }

    /// <summary>Type, such as <see cref="Route.BlackholeType"/>.</summary>
    public byte? Type { get; init; }

    /// <summary>Device.</summary>
    public int? IfIndex { get; init; }
}
