using System.Net;
using System.Net.Sockets;

namespace Cilium.Framework.Netlink;

/// <summary>A rule that sends packets to a routing table before the main one is asked.</summary>
public sealed record PolicyRule
{
    /// <summary>The packet is looked up in <see cref="Table"/>.</summary>
    public const byte LookUpAction = 1;

    /// <summary>IPv4 or IPv6.</summary>
    public AddressFamily Family { get; init; } = AddressFamily.InterNetwork;

    /// <summary>Lower is asked first; the kernel's own are 0 (local), 32766 (main) and 32767 (default).</summary>
    public required uint Priority { get; init; }

    /// <summary>Mark that a packet must have in the bits of <see cref="Mask"/>.</summary>
    public uint Mark { get; init; }

    /// <summary>Bits of the mark that count; 0: the mark does not matter.</summary>
    public uint Mask { get; init; }

    /// <summary>Where the packet comes from; null: anywhere.</summary>
    public IPNetwork? Source { get; init; }

    /// <summary>Where the packet goes to; null: anywhere.</summary>
    public IPNetwork? Destination { get; init; }

    /// <summary>Device that the packet arrived at, by name: it need not exist; empty: any.</summary>
    public string InputDevice { get; init; } = "";

    /// <summary>Routing table; 0 for other actions than looking up.</summary>
    public uint Table { get; init; } = Route.MainTable;

    /// <summary>Who made it: a number that its maker alone uses; 2 is the kernel.</summary>
    public byte Protocol { get; init; } = Route.BootProtocol;

    /// <summary>What becomes of the packet; others than looking up as in linux/fib_rules.h.</summary>
    public byte Action { get; init; } = LookUpAction;
}
