using Cilium.Framework.Datapath.Simulator.Judging;
using Cilium.Framework.Datapath.Simulator.Packets;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Paths;

/// <summary>What arrives on a native device. Packets for endpoints of this node are judged and delivered; the rest is the stack's.</summary>
internal sealed class FromNetdevPath(SimulatorState state, PacketReader reader, PacketJudge judge, Delivery delivery, PacketReports reports)
{
    /// <summary>Another node (Cilium facts 7a).</summary>
    private static readonly NumericIdentity RemoteNode = new(6);

    public PacketVerdict Judge(ReadOnlyMemory<byte> frame)
    {
        var packet = new Packet(frame) { Direction = TrafficDirection.Ingress };
        if (!reader.ReadAddresses(packet))
            return Outcome.ToStack(packet);
        packet.SourceEndpoint = state.Endpoints.Find(packet.Source)?.Id ?? 0;
        var source = state.Addresses.Find(packet.Source);
        packet.SourceIdentity = source?.Identity ?? NumericIdentity.World;
        if (packet.SourceEndpoint != 0 || packet.SourceIdentity == NumericIdentity.Host)
            return reports.Drop(packet, DropReason.InvalidSourceIp);
        packet.DestinationEndpoint = state.Endpoints.Find(packet.Destination)?.Id ?? 0;
        // Of what is behind the overlay, only nodes speak without it, and only to nodes.
        if (source?.TunnelEndpoint is not null && (packet.SourceIdentity != RemoteNode || packet.DestinationEndpoint != 0))
            return reports.Drop(packet, DropReason.InvalidSourceIp);
        if (packet.DestinationEndpoint == 0)
            return Outcome.ToStack(packet);

        var reason = reader.Read(packet);
        if (reason == DropReason.None && packet.Is(PacketKind.Neighbour | PacketKind.Listener))
            return Outcome.Consume(packet);
        if (reason == DropReason.None)
            reason = judge.Judge(packet, isFromEndpoint: false);
        return reason == DropReason.None ? delivery.Deliver(packet) : reports.Drop(packet, reason);
    }
}
