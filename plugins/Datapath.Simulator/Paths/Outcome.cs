using Cilium.Framework.Datapath.Simulator.Judging;
using Cilium.Framework.Datapath.Simulator.Packets;

namespace Cilium.Framework.Datapath.Simulator.Paths;

/// <summary>What becomes of a packet.</summary>
internal static class Outcome
{
    public static PacketVerdict Drop(this PacketReports reports, Packet packet, DropReason reason)
    {
        reports.Dropped(packet, reason);
        return new(VerdictKind.Drop, reason, 0, packet.Frame);
    }

    public static PacketVerdict Consume(Packet packet) => new(VerdictKind.Consumed, DropReason.None, 0, packet.Frame);

    public static PacketVerdict ToStack(Packet packet) => new(VerdictKind.ToStack, DropReason.None, 0, packet.Frame);

    public static PacketVerdict ToOverlay(Packet packet) => new(VerdictKind.ToOverlay, DropReason.None, 0, packet.Frame);

    public static PacketVerdict ToEndpoint(ushort endpoint, ReadOnlyMemory<byte> frame) => new(VerdictKind.ToEndpoint, DropReason.None, endpoint, frame);

    public static PacketVerdict Answer(ushort endpoint, ReadOnlyMemory<byte> frame) => new(VerdictKind.Answered, DropReason.None, endpoint, frame);
}
