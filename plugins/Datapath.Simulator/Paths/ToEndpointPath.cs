using Cilium.Framework.Datapath.Simulator.Judging;
using Cilium.Framework.Datapath.Simulator.Packets;
using Cilium.Framework.Datapath.Simulator.Tables;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Paths;

/// <summary>What reaches a workload through the node's stack. An injected packet came by no device, so its source address is believed.</summary>
internal sealed class ToEndpointPath(SimulatorState state, PacketReader reader, PacketJudge judge, PacketReports reports)
{
    public PacketVerdict Judge(Endpoint self, ReadOnlyMemory<byte> frame, NumericIdentity given)
    {
        var packet = new Packet(frame)
        {
            Direction = TrafficDirection.Ingress,
            DestinationEndpoint = self.Id,
            DestinationIdentity = self.Row.Identity,
            GivenIdentity = given,
            IfIndex = self.Row.IfIndex,
        };
        if (state.Policies.Find(self.Row.Policy) is null)
            return reports.Drop(packet, DropReason.PolicyNotReady);
        var reason = reader.Read(packet);
        if (reason == DropReason.None && packet.Is(PacketKind.Neighbour | PacketKind.Listener))
            return Outcome.Consume(packet);
        if (reason == DropReason.None && !self.Has(packet.Destination))
            reason = DropReason.NotLocal;
        if (reason == DropReason.None)
            reason = judge.Judge(packet, isFromEndpoint: false);
        if (reason != DropReason.None)
            return reports.Drop(packet, reason);
        reports.Forwarded(packet, TrafficDirection.Ingress);
        return Outcome.ToEndpoint(self.Id, packet.Frame);
    }
}
