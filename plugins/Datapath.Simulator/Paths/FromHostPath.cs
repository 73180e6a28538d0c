using Cilium.Framework.Datapath.Simulator.Judging;
using Cilium.Framework.Datapath.Simulator.Packets;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Paths;

/// <summary>What the node sends to endpoints. Only where it goes is decided here; <see cref="ToEndpointPath"/> judges, or the other node does.</summary>
internal sealed class FromHostPath(SimulatorState state, PacketReader reader, OverlaySender overlay, PacketReports reports)
{
    /// <param name="given">Whose it is, where the node sends it in pieces for an endpoint; unknown: the node's own.</param>
    public PacketVerdict Judge(ReadOnlyMemory<byte> frame, NumericIdentity given)
    {
        var packet = new Packet(frame) { Direction = TrafficDirection.Ingress, SourceIdentity = NumericIdentity.Host };
        if (!reader.ReadAddresses(packet) || packet.Destination.IsGroup)
            return Outcome.Consume(packet);
        if (state.Endpoints.Find(packet.Destination) is { } to)
            return Outcome.ToEndpoint(to.Id, Delivery.AddressedTo(to, packet));
        if (state.Addresses.Find(packet.Destination)?.TunnelEndpoint is null)
            return reports.Drop(packet, DropReason.NotLocal);
        packet.Direction = TrafficDirection.Egress;
        if (given != NumericIdentity.Unknown)
            packet.SourceIdentity = given;
        return overlay.Wrap(packet);
    }
}
