using System.Net.NetworkInformation;

namespace Cilium.Framework.Netlink;

/// <summary>An encapsulation device to be made, in collect-metadata ("external") mode: remote address and network number come with each packet.</summary>
/// <remarks>One device per port and namespace serves both families of outer packets, takes UDP over IPv6 without a checksum, and learns nothing.</remarks>
public sealed record MetadataTunnel
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>UDP port. 4789 (vxlan) and 6081 (geneve) are IANA's; Linux and Cilium use 8472 for vxlan.</summary>
    public required int Port { get; init; }

    /// <summary>Bytes per inner packet; 0: the kernel chooses, without knowing what the outer path bears.</summary>
    public int Mtu { get; init; }

    /// <summary>Its Ethernet address; null: the kernel makes one up.</summary>
    public PhysicalAddress? Mac { get; init; }
}
