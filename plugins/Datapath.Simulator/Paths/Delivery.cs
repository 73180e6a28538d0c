using Cilium.Framework.Datapath.Simulator.Judging;
using Cilium.Framework.Datapath.Simulator.Packets;
using Cilium.Framework.Datapath.Simulator.Tables;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Paths;

/// <summary>The last steps to an endpoint of this node.</summary>
internal sealed class Delivery(SimulatorState state, PacketReports reports)
{
    /// <summary>Hands a packet that passed to its endpoint: one hop less, as a router does, and its own frame header.</summary>
    public PacketVerdict Deliver(Packet packet)
    {
        if (state.Endpoints.Find(packet.DestinationEndpoint) is not { } to || !to.Has(packet.Destination))
            return reports.Drop(packet, DropReason.NotLocal);
        if (HopsLeft(packet) <= 1)
            return reports.Drop(packet, DropReason.TtlExceeded);
        var frame = AddressedTo(to, packet);
        Age(frame, packet.Destination.IsIPv6);
        reports.Forwarded(packet, TrafficDirection.Ingress);
        return Outcome.ToEndpoint(to.Id, frame);
    }

    /// <summary>A copy of the frame with the header that the endpoint expects.</summary>
    public static byte[] AddressedTo(Endpoint to, Packet packet)
    {
        var frame = packet.Frame.ToArray();
        to.Row.Mac.CopyTo(frame);
        to.Row.HostMac.CopyTo(frame.AsSpan(FrameLayout.SourceMacOffset));
        return frame;
    }

    private static byte HopsLeft(Packet packet) => packet.Frame.Span[packet.Destination.IsIPv6 ? FrameLayout.HopLimitOffset : FrameLayout.TtlOffset];

    private static void Age(byte[] frame, bool isIPv6)
    {
        frame[isIPv6 ? FrameLayout.HopLimitOffset : FrameLayout.TtlOffset]--;
        if (!isIPv6)
            Checksum.OneHopLess(frame.AsSpan(FrameLayout.HeaderChecksumOffset));
    }
}
