namespace Cilium.Framework.Datapath;

/// <summary>A connection was let through for the first time, or its verdict changed.</summary>
public sealed record TraceEvent : PacketEvent
{
    /// <summary>Why it is reported.</summary>
    public required TraceReason Reason { get; init; }

    /// <summary>Where the packet goes.</summary>
    public required TracePoint Point { get; init; }
}
