using System.Net;

namespace Cilium.Framework.Netlink;

/// <summary>How an existing vxlan or geneve device wraps packets; what a device must be like is told by comparing with it.</summary>
public sealed record TunnelDevice
{
    /// <summary>Remote address and network number come with each packet, from a program or a route ("external"); else they are fixed below.</summary>
    public bool CollectsMetadata { get; init; }

    /// <summary>UDP port that it sends to and listens on.</summary>
    public int Port { get; init; }

    /// <summary>Network number (VNI), 24 bits; 0 where it comes with each packet.</summary>
    public uint Vni { get; init; }

    /// <summary>Source of the outer packets; null: the kernel chooses.</summary>
    public IPAddress? Local { get; init; }

    /// <summary>Destination of the outer packets; null: it comes with each packet, or is learned.</summary>
    public IPAddress? Remote { get; init; }

    /// <summary>Remembers from which machine an Ethernet address came. Always false for geneve.</summary>
    public bool Learns { get; init; }

    /// <summary>Sends UDP over IPv6 without a checksum. In collect-metadata mode each packet says so itself, whatever this is.</summary>
    public bool SendsZeroChecksumV6 { get; init; }

    /// <summary>Takes UDP over IPv6 without a checksum; a device that does not drops what a peer sends without.</summary>
    public bool AcceptsZeroChecksumV6 { get; init; }
}
