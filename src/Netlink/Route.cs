using System.Net;
using System.Net.Sockets;

namespace Cilium.Framework.Netlink;

/// <summary>A route.</summary>
public sealed record Route
{
    /// <summary>Table of ordinary routes.</summary>
    public const uint MainTable = 254;

    /// <summary>Made by an administrator (<c>ip route add</c> without <c>proto</c> says 3, boot).</summary>
    public const byte BootProtocol = 3;

    /// <summary>Network; null: everything (default route).</summary>
    public IPAddress? Destination { get; init; }

    /// <summary>Length of the network; 0 for the default route.</summary>
    public int PrefixLength { get; init; }

    /// <summary>Family, where <see cref="Destination"/> does not tell.</summary>
    public AddressFamily Family { get; init; } = AddressFamily.InterNetwork;

    /// <summary>Next router; null: the network is on the device.</summary>
    public IPAddress? Gateway { get; init; }

    /// <summary>Device; 0: the kernel finds it by the gateway.</summary>
    public int IfIndex { get; init; }

    /// <summary>Source address for packets of this machine; null: the kernel chooses.</summary>
    public IPAddress? PreferredSource { get; init; }

    /// <summary>Bytes per packet; 0: that of the device.</summary>
    public int Mtu { get; init; }

    /// <summary>Routing table.</summary>
    public uint Table { get; init; } = MainTable;

    /// <summary>Who made it: a number that its maker alone uses.</summary>
    public byte Protocol { get; init; } = BootProtocol;

    /// <summary>0: anywhere, 253: on the link, 254: this machine.</summary>
    public byte Scope { get; init; }

    /// <summary>Metric; lower is preferred.</summary>
    public uint Priority { get; init; }

    /// <summary>Treat the gateway as on the link although no network of the device holds it.</summary>
    public bool OnLink { get; init; }

    /// <summary>1 unicast; 2 local; others as in linux/rtnetlink.h.</summary>
    public byte Type { get; init; } = 1;
}
