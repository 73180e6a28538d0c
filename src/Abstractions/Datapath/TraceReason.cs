namespace Cilium.Framework.Datapath;

/// <summary>Why a packet is traced. Numbers are Cilium's (facts 9.7); those from 16 are ours.</summary>
public enum TraceReason : byte
{
    /// <summary>First packet of a connection.</summary>
    New = 0,

    /// <summary>A packet of a connection.</summary>
    Established = 1,

    /// <summary>A reply.</summary>
    Reply = 2,

    /// <summary>An ICMP error about a connection.</summary>
    Related = 3,

    /// <summary>The connection was judged again and the verdict changed.</summary>
    VerdictChanged = 16,
}
