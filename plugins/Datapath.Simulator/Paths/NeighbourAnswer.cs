namespace Cilium.Framework.Datapath.Simulator.Paths;

/// <summary>What becomes of an ARP or neighbour discovery packet: dropped for a reason, answered with a frame, or consumed when it has neither.</summary>
internal readonly record struct NeighbourAnswer(DropReason Reason, byte[]? Frame)
{
    public static readonly NeighbourAnswer Consumed = new(DropReason.None, null);

    public static NeighbourAnswer Dropped(DropReason reason) => new(reason, null);

    public static NeighbourAnswer Answered(byte[] frame) => new(DropReason.None, frame);
}
