using Cilium.Framework.Datapath.Simulator.Judging;
using Cilium.Framework.Datapath.Simulator.Packets;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Paths;

/// <summary>What the node sends to its endpoints. Only where it goes is decided here; <see cref="ToEndpointPath"/> judges.</summary>
internal sealed class FromHostPath(SimulatorState state, PacketReader reader, PacketReports reports)
{
    public PacketVerdict Judge(ReadOnlyMemory<byte> frame)
    {
        var packet = new Packet(frame) { Direction = TrafficDirection.Ingress, SourceIdentity = NumericIdentity.Host };
        if (!reader.ReadAddresses(packet) || packet.Destination.IsGroup)
            return Outcome.Consume(packet);
        return state.Endpoints.Find(packet.Destination) is { } to
            ? Outcome.ToEndpoint(to.Id, Delivery.AddressedTo(to, packet))
            : reports.Drop(packet, DropReason.NotLocal);
    }
}
