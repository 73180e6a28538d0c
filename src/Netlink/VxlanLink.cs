using System.Net;
using System.Net.NetworkInformation;

namespace Cilium.Framework.Netlink;

/// <summary>A vxlan device to be made that joins two machines, with a fixed network number and fixed addresses: the kernel's own tunnel without a program.</summary>
public sealed record VxlanLink
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Network number, 0..16777215.</summary>
    public required uint Vni { get; init; }

    /// <summary>UDP port; IANA's is 4789, Linux and Cilium use 8472.</summary>
    public required int Port { get; init; }

    /// <summary>The other machine.</summary>
    public required IPAddress Remote { get; init; }

    /// <summary>This machine; of the family of <see cref="Remote"/>.</summary>
    public required IPAddress Local { get; init; }

    /// <summary>Device of the outer packets; 0: the one that the routes say. With it the kernel knows the path's MTU.</summary>
    public int UnderlayIfIndex { get; init; }

    /// <summary>Bytes per inner packet; 0: that of <see cref="UnderlayIfIndex"/> without the headers (50 bytes over IPv4, 70 over IPv6).</summary>
    public int Mtu { get; init; }

    /// <summary>Its Ethernet address; null: the kernel makes one up.</summary>
    public PhysicalAddress? Mac { get; init; }

    /// <summary>Outer UDP packets carry a checksum; without, both ends take packets that have none.</summary>
    public bool HasChecksum { get; init; } = true;
}
