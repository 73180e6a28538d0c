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

    /// <summary>An ordinary route.</summary>
    public const byte UnicastType = 1;

    /// <summary>To this machine itself; the kernel makes them from its addresses.</summary>
    public const byte LocalType = 2;

    /// <summary>Packets vanish without a word.</summary>
    public const byte BlackholeType = 6;

    /// <summary>Packets are answered with "host unreachable".</summary>
    public const byte UnreachableType = 7;

    /// <summary>Packets are answered with "administratively prohibited".</summary>
    public const byte ProhibitType = 8;

    /// <summary>Network; null: everything (default route).</summary>
    public IPAddress? Destination { get; init; }

    /// <summary>Length of the network; 0 for the default route.</summary>
    public int PrefixLength { get; init; }

    /// <summary>Family, where <see cref="Destination"/> does not tell.</summary>
    public AddressFamily Family { get; init; } = AddressFamily.InterNetwork;

    /// <summary>Next router; null: the network is on the device. An IPv4 route may have an IPv6 router.</summary>
    public IPAddress? Gateway { get; init; }

    /// <summary>Device; 0: the kernel finds it by the gateway.</summary>
    public int IfIndex { get; init; }

    /// <summary>Source address for packets of this machine; null: the kernel chooses.</summary>
    public IPAddress? PreferredSource { get; init; }

    /// <summary>Bytes per packet; 0: that of the device.</summary>
    public int Mtu { get; init; }

    /// <summary>The ways of a route that has several, in which case <see cref="Gateway"/> and <see cref="IfIndex"/> are empty. Read only: requests leave them out.</summary>
    public IReadOnlyList<NextHop> NextHops { get; init; } = [];

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

    /// <summary>What becomes of packets; others than those named here as in linux/rtnetlink.h.</summary>
    public byte Type { get; init; } = UnicastType;
}
