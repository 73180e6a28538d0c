using Cilium.Framework.Datapath.Simulator.Packets;
using Cilium.Framework.Datapath.Simulator.Paths;
using Cilium.Framework.Datapath.Simulator.Tables;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Datapath.Simulator.Probe;

/// <summary>Sends a packet down the path of its attach point.</summary>
internal sealed class SimulatorProbe(SimulatorState state, PacketPaths paths) : IPacketProbe
{
    public ValueTask<PacketVerdict> SendAsync(PacketInjection injection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(injection);
        cancellationToken.ThrowIfCancellationRequested();
        if (injection.Frame.Length < FrameLayout.Ethernet)
            throw new CiliumException(ErrorKind.Unsupported, $"A frame of {injection.Frame.Length} bytes cannot be injected: an Ethernet frame has at least {FrameLayout.Ethernet} bytes.");
        lock (state.Sync)
            return new(Judge(injection));
    }

    private PacketVerdict Judge(PacketInjection injection) => injection.Point switch
    {
        AttachPoint.FromEndpoint => paths.FromEndpoint.Judge(EndpointOf(injection), injection.Frame),
        AttachPoint.ToEndpoint => paths.ToEndpoint.Judge(EndpointOf(injection), injection.Frame, injection.SourceIdentity),
        AttachPoint.FromHost => paths.FromHost.Judge(injection.Frame, injection.SourceIdentity),
        AttachPoint.FromNetdev => paths.FromNetdev.Judge(injection.Frame),
        AttachPoint.FromOverlay => throw new CiliumException(ErrorKind.Unsupported, "A frame cannot be injected at FromOverlay: an injection does not say which node wrapped it."),
        _ => throw new CiliumException(ErrorKind.Unsupported, $"This version of the datapath simulator judges nothing at {injection.Point}. Accepted: FromEndpoint, ToEndpoint, FromHost, FromNetdev."),
    };

    private Endpoint EndpointOf(PacketInjection injection) =>
        state.Endpoints.Find(injection.Endpoint) ?? throw new CiliumException(ErrorKind.Invalid, $"There is no endpoint {injection.Endpoint}.");
}
