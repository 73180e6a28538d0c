using Cilium.Framework.Datapath.Simulator.Judging;
using Cilium.Framework.Datapath.Simulator.Packets;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Paths;

/// <summary>The way of a packet to another node. Nothing is wrapped here: the verdict says that it would be.</summary>
internal sealed class OverlaySender(SimulatorState state, PacketReports reports)
{
    /// <summary>Sends an endpoint's packet; one that is too long goes by way of the stack, which cuts it or tells the sender.</summary>
    public PacketVerdict Send(Packet packet)
    {
        if (state.Overlay is not { } overlay || packet.Length - FrameLayout.Ethernet <= overlay.Mtu || !Travels(packet.SourceIdentity))
            return Wrap(packet);
        reports.Forwarded(packet, TrafficDirection.Egress);
        return Outcome.ToStack(packet);
    }

    /// <summary>Sends a packet, whatever its length.</summary>
    public PacketVerdict Wrap(Packet packet)
    {
        if (!Travels(packet.SourceIdentity))
            return reports.Drop(packet, DropReason.InvalidIdentity);
        if (state.Overlay is null)
            return reports.Drop(packet, DropReason.NoTunnelEndpoint);
        reports.Forwarded(packet, TrafficDirection.Egress);
        return Outcome.ToOverlay(packet);
    }

    /// <summary>Identities of address prefixes mean something on this node only.</summary>
    private static bool Travels(NumericIdentity identity) => identity != NumericIdentity.Unknown && identity.Value < NumericIdentity.NodeLocalScope;
}
