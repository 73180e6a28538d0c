namespace Cilium.Framework.Datapath.Simulator.Packets;

/// <summary>What is special about a packet.</summary>
[Flags]
internal enum PacketKind : byte
{
    Plain = 0,

    /// <summary>Quotes the packet that it complains about.</summary>
    IcmpError = 1,

    FirstFragment = 2,

    /// <summary>Has no ports of its own.</summary>
    LaterFragment = 4,

    /// <summary>IPv6 router and neighbour discovery (RFC 4861).</summary>
    Neighbour = 8,

    /// <summary>IPv6 multicast listener (RFC 3810).</summary>
    Listener = 16,
}
