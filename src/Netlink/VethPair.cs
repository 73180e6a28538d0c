using System.Net.NetworkInformation;

namespace Cilium.Framework.Netlink;

/// <summary>Two devices to be made, joined by a cable.</summary>
public sealed record VethPair
{
    /// <summary>Name of the side in this namespace.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the other side.</summary>
    public required string PeerName { get; init; }

    /// <summary>Namespace of the other side; null: this one. Making it there directly spares the wait of a move (16 ms measured).</summary>
    public NetworkNamespace? PeerNamespace { get; init; }

    /// <summary>Bytes per packet, on both sides.</summary>
    public int Mtu { get; init; } = 1500;

    /// <summary>Address of this side; null: the kernel makes one up.</summary>
    public PhysicalAddress? Mac { get; init; }

    /// <summary>Address of the other side; null: the kernel makes one up.</summary>
    public PhysicalAddress? PeerMac { get; init; }
}
