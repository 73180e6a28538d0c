using Cilium.Framework.Datapath.Simulator.Packets;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Judging;

/// <summary>Counters and events about packets.</summary>
internal sealed class PacketReports(SimulatorState state, bool trace)
{
    public void Forwarded(Packet packet, TrafficDirection direction) => state.Metrics.Count(DropReason.None, direction, packet.Length);

    public void Dropped(Packet packet, DropReason reason)
    {
        state.Metrics.Count(reason, packet.Direction, packet.Length);
        state.Events.Add(new DropEvent
        {
            Time = state.Clock.UtcNow,
            Reason = reason,
            SourceEndpoint = packet.SourceEndpoint,
            DestinationEndpoint = packet.DestinationEndpoint,
            SourceIdentity = packet.SourceIdentity,
            DestinationIdentity = packet.DestinationIdentity,
            Direction = packet.Direction,
            Rule = packet.Rule,
            IfIndex = packet.IfIndex,
            Packet = packet.Summary(),
        });
    }

    public void Trace(Packet packet, TraceReason reason)
    {
        if (!trace)
            return;
        state.Events.Add(new TraceEvent
        {
            Time = state.Clock.UtcNow,
            Reason = reason,
            Point = PointOf(packet),
            SourceEndpoint = packet.SourceEndpoint,
            DestinationEndpoint = packet.DestinationEndpoint,
            SourceIdentity = packet.SourceIdentity,
            DestinationIdentity = packet.DestinationIdentity,
            Direction = packet.Direction,
            Rule = packet.Rule,
            IfIndex = packet.IfIndex,
            Packet = packet.Summary(),
        });
    }

    private static TracePoint PointOf(Packet packet)
    {
        if (packet.DestinationEndpoint != 0)
            return TracePoint.ToEndpoint;
        if (packet.Node is not null)
            return TracePoint.ToOverlay;
        return packet.DestinationIdentity == NumericIdentity.Host ? TracePoint.ToHost : TracePoint.ToStack;
    }
}
