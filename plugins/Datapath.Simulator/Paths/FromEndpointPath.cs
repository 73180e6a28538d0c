using Cilium.Framework.Datapath.Simulator.Judging;
using Cilium.Framework.Datapath.Simulator.Packets;
using Cilium.Framework.Datapath.Simulator.Tables;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Paths;

/// <summary>What a workload sends.</summary>
internal sealed class FromEndpointPath(SimulatorState state, PacketReader reader, PacketJudge judge, Delivery delivery, OverlaySender overlay, PacketReports reports)
{
    public PacketVerdict Judge(Endpoint self, ReadOnlyMemory<byte> frame)
    {
        var packet = new Packet(frame)
        {
            Direction = TrafficDirection.Egress,
            SourceEndpoint = self.Id,
            SourceIdentity = self.Row.Identity,
            IfIndex = self.Row.IfIndex,
        };
        if (state.Policies.Find(self.Row.Policy) is null)
            return reports.Drop(packet, DropReason.PolicyNotReady);
        if (MacAddress.FromBytes(frame.Span.Slice(FrameLayout.SourceMacOffset, 6)) != self.Row.Mac)
            return reports.Drop(packet, DropReason.InvalidSourceMac);
        if (reader.IsArp(packet))
            return Neighbour(packet, ArpResponder.Handle(self, packet));

        var reason = reader.Read(packet);
        if (reason == DropReason.None && packet.Is(PacketKind.Neighbour))
            return Neighbour(packet, NeighbourResponder.Handle(self, packet));
        if (reason == DropReason.None && packet.Is(PacketKind.Listener))
            return Outcome.Consume(packet);
        if (packet.HasAddresses && !self.Has(packet.Source))
            reason = DropReason.InvalidSourceIp;
        if (reason == DropReason.None && packet.Destination.IsUnroutable)
            reason = DropReason.UnknownL3Target;
        if (reason == DropReason.None)
            reason = judge.Judge(packet, isFromEndpoint: true);
        if (reason != DropReason.None)
            return reports.Drop(packet, reason);

        if (packet is { DestinationEndpoint: 0, Node: not null })
            return overlay.Send(packet);
        reports.Forwarded(packet, TrafficDirection.Egress);
        return packet.DestinationEndpoint == 0 ? Outcome.ToStack(packet) : delivery.Deliver(packet);
    }

    /// <summary>ARP and neighbour discovery end here.</summary>
    private PacketVerdict Neighbour(Packet packet, NeighbourAnswer answer)
    {
        if (answer.Reason != DropReason.None)
            return reports.Drop(packet, answer.Reason);
        return answer.Frame is null ? Outcome.Consume(packet) : Outcome.Answer(packet.SourceEndpoint, answer.Frame);
    }
}
