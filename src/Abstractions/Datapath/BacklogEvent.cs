namespace Cilium.Framework.Datapath;

/// <summary>The reader started and found events from the time without an agent; they follow, marked <see cref="PacketEvent.FromBefore"/>.</summary>
public sealed record BacklogEvent : DatapathEvent
{
    /// <summary>How many were waiting.</summary>
    public required ulong Waiting { get; init; }
}
