using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Nodes;

/// <summary>A node of the cluster, or of one that is connected with it. Key: <see cref="Key"/>.</summary>
public sealed record NodeRow
{
    /// <summary>Cluster and name.</summary>
    public required NodeKey Key { get; init; }

    /// <summary>Its addresses, in the order in which it names them.</summary>
    public IReadOnlyList<NodeAddress> Addresses { get; init; } = [];

    /// <summary>Range of its endpoints.</summary>
    public IpPrefix? IPv4PodCidr { get; init; }

    /// <summary>Range of its endpoints.</summary>
    public IpPrefix? IPv6PodCidr { get; init; }

    /// <summary>Address of its health endpoint.</summary>
    public IPAddress? IPv4Health { get; init; }

    /// <summary>Address of its health endpoint.</summary>
    public IPAddress? IPv6Health { get; init; }

    /// <summary>Number of its cluster.</summary>
    public uint ClusterId { get; init; }

    /// <summary>Who says so.</summary>
    public required NodeOrigin Origin { get; init; }

    /// <summary>What else it says about itself: members of a JSON object, as later releases write them. Kept and not understood.</summary>
    public string Further { get; init; } = "";

    /// <summary>Ranges of its endpoints, IPv4 first.</summary>
    public IEnumerable<IpPrefix> PodCidrs => new[] { IPv4PodCidr, IPv6PodCidr }.OfType<IpPrefix>();

    /// <summary>Where other nodes reach it: an internal address before an external one, either before any other (Cilium facts 5a).</summary>
    /// <param name="family">Family of the address.</param>
    /// <returns>Null: it has none.</returns>
    public IPAddress? AddressOf(AddressFamily family) => Addresses.Where(address => address.Address.AddressFamily == family && address.Type != NodeAddress.CiliumInternal)
        .OrderBy(address => address.Type switch { NodeAddress.Internal => 0, NodeAddress.External => 1, _ => 2 }).FirstOrDefault()?.Address;

    /// <inheritdoc />
    public bool Equals(NodeRow? other) => other is not null && Key == other.Key && Addresses.SequenceEqual(other.Addresses)
        && IPv4PodCidr == other.IPv4PodCidr && IPv6PodCidr == other.IPv6PodCidr && Equals(IPv4Health, other.IPv4Health) && Equals(IPv6Health, other.IPv6Health)
        && ClusterId == other.ClusterId && Origin == other.Origin && Further == other.Further;

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Key, Addresses.Count, IPv4PodCidr, IPv6PodCidr, ClusterId, Origin);
}
