using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Datapath;
using Cilium.Framework.Oracles.Cases;

namespace Cilium.Framework.Oracles.Naive;

/// <summary>Says what must become of packets, as a list of plain checks over documents. Shares no code with the agent and its datapaths; written to be read, not to be fast.</summary>
internal sealed class NaiveNode(World world)
{
    private readonly Documents _documents = new(world);
    private readonly Connections _connections = new();
    private readonly Dictionary<(IPAddress, IPAddress, ushort, byte), Flow> _fragmented = [];

    public void Apply(Step step)
    {
        if (step is Step.Import import)
            _documents.Import(import.Policy);
        else if (step is Step.Delete delete)
            _documents.Delete(delete.Name);
    }

    public Answer Judge(Packet packet) => packet.Point switch
    {
        AttachPoint.FromEndpoint => FromWorkload(packet, world.Workloads.Single(workload => workload.Id == packet.Workload)),
        AttachPoint.ToEndpoint => ToWorkload(packet, world.Workloads.Single(workload => workload.Id == packet.Workload)),
        AttachPoint.FromHost => FromNode(packet),
        AttachPoint.FromNetdev => FromNetwork(packet),
        _ => throw new InvalidOperationException($"{packet.Point}"),
    };

    private Answer FromWorkload(Packet packet, Workload self)
    {
        if (!self.IsReady)
            return Answer.Drop(DropReason.PolicyNotReady);
        if (packet.Flaw == Flaw.ForeignMac)
            return Answer.Drop(DropReason.InvalidSourceMac);
        if (packet.Flaw is Flaw.Vlan or Flaw.UnknownEtherType)
            return Answer.Drop(DropReason.UnsupportedL3);
        if (packet.Arp is { } arp)
            return JudgeArp(arp, self);
        var unreadable = Unreadable(packet);
        if (unreadable is null && IsNeighbourDiscovery(packet))
            return JudgeNeighbourDiscovery(packet, self);
        if (unreadable is null && IsListenerReport(packet))
            return Answer.Consumed;
        if (!packet.Source.Equals(self.Address(packet.Source.AddressFamily)))
            return Answer.Drop(DropReason.InvalidSourceIp);
        if (unreadable is { } reason)
            return Answer.Drop(reason);
        if (IsUnroutable(packet.Destination))
            return Answer.Drop(DropReason.UnknownL3Target);
        if (Denial(packet, isSentByWorkload: true) is { } denial)
            return Answer.Drop(denial);
        if (world.Find(packet.Destination) is { } destination)
            return Deliver(packet, destination);
        return World.Carried.Contains(packet.Destination) ? Answer.ToOverlay : Answer.ToStack;
    }

    private Answer ToWorkload(Packet packet, Workload self)
    {
        if (!self.IsReady)
            return Answer.Drop(DropReason.PolicyNotReady);
        if (packet.Flaw is Flaw.Vlan or Flaw.UnknownEtherType)
            return Answer.Drop(DropReason.UnsupportedL3);
        if (Unreadable(packet) is { } unreadable)
            return Answer.Drop(unreadable);
        if (IsNeighbourDiscovery(packet) || IsListenerReport(packet))
            return Answer.Consumed;
        if (!packet.Destination.Equals(self.Address(packet.Destination.AddressFamily)))
            return Answer.Drop(DropReason.NotLocal);
        return Denial(packet, isSentByWorkload: false) is { } denial ? Answer.Drop(denial) : Answer.To(self.Id);
    }

    private Answer FromNode(Packet packet)
    {
        if (packet.Flaw is Flaw.Vlan or Flaw.UnknownEtherType || IsMulticast(packet.Destination))
            return Answer.Consumed;
        // The workload's own device judges; here the packet is only put on its way.
        if (world.Find(packet.Destination) is { } destination)
            return Answer.To(destination.Id);
        return World.Carried.Contains(packet.Destination) ? Answer.ToOverlay : Answer.Drop(DropReason.NotLocal);
    }

    private Answer FromNetwork(Packet packet)
    {
        if (packet.Flaw is Flaw.Vlan or Flaw.UnknownEtherType)
            return Answer.ToStack;
        if (world.Find(packet.Source) is not null || World.Node.Contains(packet.Source) || World.Carried.Contains(packet.Source))
            return Answer.Drop(DropReason.InvalidSourceIp);
        if (world.Find(packet.Destination) is not { } destination)
            return Answer.ToStack;
        if (Unreadable(packet) is { } unreadable)
            return Answer.Drop(unreadable);
        if (IsNeighbourDiscovery(packet) || IsListenerReport(packet))
            return Answer.Consumed;
        return Denial(packet, isSentByWorkload: false) is { } denial ? Answer.Drop(denial) : Deliver(packet, destination);
    }

    private static Answer Deliver(Packet packet, Workload destination) => packet.Ttl <= 1 ? Answer.Drop(DropReason.TtlExceeded) : Answer.To(destination.Id);

    /// <summary>A workload may announce its own address only, and learns one neighbour: the node.</summary>
    private static Answer JudgeArp(Arp arp, Workload self)
    {
        var isProbe = arp.Sender.Equals(IPAddress.Any);
        if (arp.IsForOtherHardware)
            return Answer.Drop(DropReason.InvalidPacket);
        if (arp.ClaimsForeignMac)
            return Answer.Drop(DropReason.InvalidSourceMac);
        if (!isProbe && !arp.Sender.Equals(self.IPv4))
            return Answer.Drop(DropReason.InvalidSourceIp);
        var isQuestion = arp.Operation == 1 && !isProbe && !arp.Target.Equals(self.IPv4);
        return isQuestion ? new Answer(VerdictKind.Answered, Workload: self.Id) : Answer.Consumed;
    }

    private static Answer JudgeNeighbourDiscovery(Packet packet, Workload self)
    {
        const byte RouterSolicitation = 133, Solicitation = 135, Advertisement = 136;
        var isDetection = packet.Source.Equals(IPAddress.IPv6Any);
        if (packet.Ttl != 255 || packet.IcmpCode != 0)
            return Answer.Drop(DropReason.InvalidPacket);
        if (!isDetection && !packet.Source.IsIPv6LinkLocal && !packet.Source.Equals(self.IPv6))
            return Answer.Drop(DropReason.InvalidSourceIp);
        if (packet.IcmpType is RouterSolicitation or Advertisement)
            return Answer.Consumed;
        if (packet.IcmpType != Solicitation)
            return Answer.Drop(DropReason.UnknownIcmpV6Type);
        if (packet.Option == SolicitationOption.Foreign)
            return Answer.Drop(DropReason.InvalidSourceMac);
        return isDetection || packet.SolicitedTarget!.Equals(self.IPv6) ? Answer.Consumed : new Answer(VerdictKind.Answered, Workload: self.Id);
    }

    /// <summary>Why the packet cannot be read; null when it can.</summary>
    private DropReason? Unreadable(Packet packet)
    {
        if (packet.Flaw is Flaw.WrongVersion or Flaw.ShortIPv4Header or Flaw.LongerThanFrame)
            return DropReason.InvalidPacket;
        if (packet.Flaw is Flaw.SevenExtensions or Flaw.ExtensionBeyondPacket)
            return DropReason.InvalidExtensionHeader;
        if (packet.Part == FragmentPart.Later)
            return _fragmented.ContainsKey(FragmentKey(packet)) ? null : DropReason.FragmentNotTracked;
        if (packet.Protocol is not (Packet.Tcp or Packet.Udp) && !packet.IsIcmp)
            return DropReason.UnknownL4Protocol;
        if (packet.Flaw is Flaw.CutTransport or Flaw.ShortTcpOffset)
            return DropReason.TruncatedHeader;
        if (packet.IsIcmp && !packet.IsIPv6 && packet.IcmpType is not (0 or 3 or 8 or 11 or 12))
            return DropReason.UnknownIcmpV4Type;
        if (packet.IsIcmp && packet.IsIPv6 && packet.IcmpType is not (>= 1 and <= 4 or 128 or 129) && !IsNeighbourDiscovery(packet) && !IsListenerReport(packet))
            return DropReason.UnknownIcmpV6Type;
        return null;
    }

    private static bool IsNeighbourDiscovery(Packet packet) => packet is { IsIcmp: true, IsIPv6: true, Part: not FragmentPart.Later, IcmpType: >= 133 and <= 137 };

    private static bool IsListenerReport(Packet packet) => packet is { IsIcmp: true, IsIPv6: true, Part: not FragmentPart.Later, IcmpType: >= 130 and <= 132 or 143 };

    private static bool IsError(Packet packet) =>
        packet.IsIcmp && packet.Part != FragmentPart.Later && (packet.IsIPv6 ? packet.IcmpType is >= 1 and <= 4 : packet.IcmpType is 3 or 11 or 12);

    private static bool IsMulticast(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? address.IsIPv6Multicast : address.GetAddressBytes()[0] is >= 224 and <= 239;

    private static bool IsUnroutable(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return address.IsIPv6Multicast || address.IsIPv6LinkLocal || address.Equals(IPAddress.IPv6Any) || address.Equals(IPAddress.IPv6Loopback);
        return address.GetAddressBytes()[0] is 0 or 127 or >= 224;
    }

    /// <summary>Why a well-formed packet may not pass; null when it may. Allowed packets begin connections.</summary>
    private DropReason? Denial(Packet packet, bool isSentByWorkload)
    {
        var byNode = packet.FromNode || (packet.Point == AttachPoint.ToEndpoint && World.Node.Contains(packet.Source));
        if (IsError(packet))
            return DenialOfError(packet, isSentByWorkload, byNode);
        var flow = FlowOf(packet);
        var isSyn = packet.Protocol == Packet.Tcp && packet.Part != FragmentPart.Later && (packet.TcpFlags & (Packet.Syn | Packet.Ack | Packet.Rst | Packet.Fin)) == Packet.Syn;
        var connection = _connections.Find(flow);
        if (connection is { IsClosed: true } && isSyn)
            connection = null;
        var denial = connection is null ? Denial(flow, byNode) : Denial(connection.Flow, connection.ByNode);
        if (denial is not null)
            return denial;
        connection ??= _connections.Begin(flow, byNode);
        connection.Note(flow, packet);
        if (packet.Part == FragmentPart.First)
            _fragmented[FragmentKey(packet)] = flow;
        return null;
    }

    /// <summary>An error belongs to the connection that it quotes, if it goes to whoever sent the quoted packet, and a workload speaks for itself only.</summary>
    private DropReason? DenialOfError(Packet packet, bool isSentByWorkload, bool byNode)
    {
        if (packet.Flaw == Flaw.CutQuote)
            return DropReason.TruncatedHeader;
        var quote = packet.Quote!;
        var isAboutIt = quote.Source.Equals(packet.Destination) && (!isSentByWorkload || quote.Destination.Equals(packet.Source));
        if (isAboutIt && !quote.IsLaterFragment && QuotedFlow(quote) is { } quoted && _connections.Find(quoted) is { } connection)
            return Denial(connection.Flow, connection.ByNode);
        return Denial(new Flow(packet.Source, 0, packet.Destination, 0, packet.Protocol), byNode);
    }

    /// <summary>What the policies of both ends say now, the sender's first.</summary>
    private DropReason? Denial(Flow flow, bool byNode)
    {
        var from = new Peer(world.Find(flow.Initiator), byNode || World.Node.Contains(flow.Initiator), flow.Initiator);
        var to = new Peer(world.Find(flow.Responder), World.Node.Contains(flow.Responder), flow.Responder);
        if (from.Workload is { } sender)
        {
            if (!sender.IsReady)
                return DropReason.PolicyNotReady;
            if (!_documents.Allow(sender, ingress: false, to, flow.Protocol, flow.ResponderPort))
                return DropReason.PolicyDenied;
        }

        if (to.Workload is { } receiver)
        {
            if (!receiver.IsReady)
                return DropReason.PolicyNotReady;
            if (!_documents.Allow(receiver, ingress: true, from, flow.Protocol, flow.ResponderPort))
                return DropReason.PolicyDenied;
        }

        return null;
    }

    private Flow FlowOf(Packet packet)
    {
        if (packet.Part == FragmentPart.Later)
            return _fragmented[FragmentKey(packet)];
        if (!packet.IsIcmp)
            return new(packet.Source, packet.SourcePort, packet.Destination, packet.DestinationPort, packet.Protocol);
        var isReply = packet.IcmpType == (packet.IsIPv6 ? 129 : 0);
        return new(packet.Source, isReply ? (ushort)0 : packet.IcmpId, packet.Destination, isReply ? packet.IcmpId : (ushort)0, packet.Protocol);
    }

    private static Flow? QuotedFlow(Quote quote)
    {
        if (quote.Protocol is Packet.Tcp or Packet.Udp)
            return new(quote.Source, quote.SourcePort, quote.Destination, quote.DestinationPort, quote.Protocol);
        var isRequest = quote.IcmpType == (quote.Protocol == Packet.IcmpV6 ? 128 : 8);
        var isReply = quote.IcmpType == (quote.Protocol == Packet.IcmpV6 ? 129 : 0);
        if (!isRequest && !isReply)
            return null;
        return new(quote.Source, isReply ? (ushort)0 : quote.IcmpId, quote.Destination, isReply ? quote.IcmpId : (ushort)0, quote.Protocol);
    }

    private static (IPAddress, IPAddress, ushort, byte) FragmentKey(Packet packet) => (packet.Source, packet.Destination, packet.FragmentId, packet.Protocol);
}
