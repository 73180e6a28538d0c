using System.Net.Sockets;
using Cilium.Framework.Datapath;
using Cilium.Framework.Errors;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.References;

/// <summary>Judges every packet from current state: no verdict is kept, so none can be stale.</summary>
internal sealed class MemoryDatapathProbe(MemoryDatapathState state, TimeProvider time) : IPacketProbe
{
    private const int EthernetBytes = 14;

    public ValueTask<PacketVerdict> SendAsync(PacketInjection injection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(injection);
        if (injection.Frame.Length < EthernetBytes)
            throw new CiliumException(ErrorKind.Invalid, $"A frame of {injection.Frame.Length} bytes cannot be injected: an Ethernet frame has at least {EthernetBytes} bytes.");
        if (injection.Point is not (AttachPoint.FromEndpoint or AttachPoint.ToEndpoint))
            throw new CiliumException(ErrorKind.Unsupported, $"The reference datapath judges nothing at {injection.Point}. Accepted: FromEndpoint, ToEndpoint.");
        lock (state.Sync)
        {
            var endpoint = state.Endpoints.GetValueOrDefault(injection.Endpoint) ?? throw new CiliumException(ErrorKind.Invalid, $"There is no endpoint {injection.Endpoint}.");
            return new(Judge(injection, endpoint));
        }
    }

    private PacketVerdict Judge(PacketInjection injection, EndpointRow endpoint)
    {
        var direction = injection.Point == AttachPoint.FromEndpoint ? TrafficDirection.Egress : TrafficDirection.Ingress;
        var reason = MemoryPacket.Read(injection.Frame.Span, out var packet);
        if (reason == DropReason.None)
            reason = injection.Point == AttachPoint.FromEndpoint ? CheckSource(packet!, endpoint) : CheckDestination(packet!, endpoint);
        if (reason == DropReason.None)
            reason = Judge(packet!.Flow, injection.SourceIdentity, ref direction);
        state.Count(reason, direction, injection.Frame.Length);
        if (reason != DropReason.None)
        {
            if (packet is not null)
                Tell(reason, packet, direction, endpoint.IfIndex);
            return new(VerdictKind.Drop, reason, 0, injection.Frame);
        }

        return state.EndpointAt(packet!.Flow.Destination) is { } receiver
            ? new(VerdictKind.ToEndpoint, DropReason.None, receiver.Id, MemoryPacket.Deliver(injection.Frame.Span, receiver))
            : new(VerdictKind.ToStack, DropReason.None, 0, injection.Frame);
    }

    /// <summary>A reply is judged as the packet that it answers; a connection that is no longer allowed stays known, and stays closed.</summary>
    private DropReason Judge(MemoryFlow flow, NumericIdentity given, ref TrafficDirection direction)
    {
        var isReply = !state.Connections.Contains(flow) && state.Connections.Contains(flow.Reversed);
        var begun = isReply ? flow.Reversed : flow;
        var (source, destination) = (state.EndpointAt(begun.Source), state.EndpointAt(begun.Destination));
        var remote = source is null && given != NumericIdentity.Unknown && !isReply ? given : state.IdentityOf(begun.Source);
        direction = TrafficDirection.Egress;
        var reason = source is null ? DropReason.None : Ask(source, direction, state.IdentityOf(begun.Destination), begun);
        if (reason == DropReason.None && destination is not null)
        {
            direction = TrafficDirection.Ingress;
            reason = Ask(destination, direction, remote, begun);
        }

        if (reason == DropReason.None)
            state.Connections.Add(begun);
        return reason;
    }

    private DropReason Ask(EndpointRow endpoint, TrafficDirection direction, NumericIdentity remote, MemoryFlow flow)
    {
        if (state.PolicyOf(endpoint) is not { } policy)
            return DropReason.PolicyNotReady;
        return policy.Entries.TryMatch(direction, remote, flow.Protocol, flow.DestinationPort, out _) ? DropReason.None : DropReason.PolicyDenied;
    }

    private static DropReason CheckSource(MemoryPacket packet, EndpointRow endpoint)
    {
        if (packet.SourceMac != endpoint.Mac)
            return DropReason.InvalidSourceMac;
        return packet.Flow.Source.Equals(packet.Flow.Source.AddressFamily == AddressFamily.InterNetwork ? endpoint.IPv4 : endpoint.IPv6) ? DropReason.None : DropReason.InvalidSourceIp;
    }

    private static DropReason CheckDestination(MemoryPacket packet, EndpointRow endpoint) =>
        packet.Flow.Destination.Equals(endpoint.IPv4) || packet.Flow.Destination.Equals(endpoint.IPv6) ? DropReason.None : DropReason.NotLocal;

    private void Tell(DropReason reason, MemoryPacket packet, TrafficDirection direction, int ifIndex) => state.Events.Writer.TryWrite(new DropEvent
    {
        Time = time.GetUtcNow(),
        Reason = reason,
        SourceEndpoint = state.EndpointAt(packet.Flow.Source)?.Id ?? 0,
        DestinationEndpoint = state.EndpointAt(packet.Flow.Destination)?.Id ?? 0,
        SourceIdentity = state.IdentityOf(packet.Flow.Source),
        DestinationIdentity = state.IdentityOf(packet.Flow.Destination),
        Direction = direction,
        IfIndex = ifIndex,
        Packet = packet.Summary,
    });
}
