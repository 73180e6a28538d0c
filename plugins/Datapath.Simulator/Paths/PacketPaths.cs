using Cilium.Framework.Datapath.Simulator.Judging;
using Cilium.Framework.Datapath.Simulator.Packets;

namespace Cilium.Framework.Datapath.Simulator.Paths;

/// <summary>The attach points, each with its way of judging a packet.</summary>
internal sealed class PacketPaths
{
    public PacketPaths(SimulatorState state, bool ipv4, bool ipv6, bool trace)
    {
        var reader = new PacketReader(state.Fragments, state.Clock, ipv4, ipv6);
        var reports = new PacketReports(state, trace);
        var judge = new PacketJudge(state, reports);
        var delivery = new Delivery(state, reports);
        var overlay = new OverlaySender(state, reports);
        FromEndpoint = new(state, reader, judge, delivery, overlay, reports);
        ToEndpoint = new(state, reader, judge, reports);
        FromHost = new(state, reader, overlay, reports);
        FromNetdev = new(state, reader, judge, delivery, reports);
    }

    public FromEndpointPath FromEndpoint { get; }

    public ToEndpointPath ToEndpoint { get; }

    public FromHostPath FromHost { get; }

    public FromNetdevPath FromNetdev { get; }
}
