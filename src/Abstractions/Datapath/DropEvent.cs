namespace Cilium.Framework.Datapath;

/// <summary>A packet was dropped.</summary>
public sealed record DropEvent : PacketEvent
{
    /// <summary>Why.</summary>
    public required DropReason Reason { get; init; }

    /// <summary>Further drops of the same kind since the last event about them, counted and not reported one by one.</summary>
    public ulong Repeated { get; init; }
}
