using Cilium.Framework.Datapath.Simulator.Packets;
using Cilium.Framework.Datapath.Simulator.Tables;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Judging;

/// <summary>May this packet pass? By its connection's verdict while that holds; otherwise it is judged, again or for the first time.</summary>
internal sealed class PacketJudge(SimulatorState state, PacketReports reports)
{
    private readonly FlowJudge _flows = new(state);

    /// <param name="isFromEndpoint">An endpoint of this node sends it here.</param>
    /// <returns>None, or why not; the packet then knows both its ends.</returns>
    public DropReason Judge(Packet packet, bool isFromEndpoint)
    {
        if (packet.Is(PacketKind.IcmpError))
            return JudgeError(packet, isFromEndpoint);
        var connection = state.Connections.Find(packet.Connection, out var fromInitiator);
        var reason = connection is not null && connection.Owns(packet, state.Clock.Now)
            ? Continue(packet, connection, fromInitiator)
            : Begin(packet);
        if (reason == DropReason.None && packet.Is(PacketKind.FirstFragment))
            RememberFragment(packet);
        return reason;
    }

    private DropReason Begin(Packet packet)
    {
        var verdict = _flows.Judge(Flow.Of(packet.Connection, packet.GivenIdentity));
        Note(packet, verdict, fromInitiator: true);
        if (!verdict.Allows)
            return verdict.Reason;
        var connection = new Connection(packet.Connection, verdict);
        connection.Advance(packet, fromInitiator: true, state.Clock);
        if (!state.Connections.TryAdd(connection, state.Clock.Now))
            return DropReason.ConntrackInsertionFailed;
        Count(packet, verdict);
        reports.Trace(packet, TraceReason.New);
        return DropReason.None;
    }

    private DropReason Continue(Packet packet, Connection connection, bool fromInitiator)
    {
        var changed = false;
        if (!_flows.Holds(connection.Verdict))
        {
            var verdict = JudgeAgain(connection, fromInitiator ? packet.GivenIdentity : NumericIdentity.Unknown);
            Note(packet, verdict, fromInitiator);
            if (!verdict.Allows)
                return verdict.Reason;
            changed = !verdict.Agrees(connection.Verdict);
            connection.Verdict = verdict;
        }

        Note(packet, connection.Verdict, fromInitiator);
        connection.Advance(packet, fromInitiator, state.Clock);
        Count(packet, connection.Verdict);
        if (changed)
            reports.Trace(packet, TraceReason.VerdictChanged);
        return DropReason.None;
    }

    /// <summary>Judges a connection in the direction in which it began.</summary>
    private FlowVerdict JudgeAgain(Connection connection, NumericIdentity given)
    {
        // This node is known by the way its packet came, not by its address.
        var initiator = connection.Verdict.Initiator;
        if (!initiator.IsLocal && initiator.Identity == NumericIdentity.Host)
            given = NumericIdentity.Host;
        return _flows.Judge(Flow.Of(connection.Key, given));
    }

    /// <summary>An ICMP error passes with the connection that it quotes, if it goes to whoever sent the quoted packet; any other is judged by policy. It leaves no trace in a connection.</summary>
    private DropReason JudgeError(Packet packet, bool isFromEndpoint)
    {
        var reason = IcmpQuote.Read(packet, out var quoted);
        if (reason != DropReason.None)
            return reason;
        if (!Concerns(packet, quoted, isFromEndpoint)
            || state.Connections.Find(quoted.Connection, out var fromInitiator) is not { } connection
            || connection.Expires <= state.Clock.Now)
            return JudgeUnrelated(packet);

        if (!_flows.Holds(connection.Verdict))
        {
            var verdict = JudgeAgain(connection, NumericIdentity.Unknown);
            // The error runs against the packet that it quotes.
            Note(packet, verdict, !fromInitiator);
            if (!verdict.Allows)
                return verdict.Reason;
        }
        else
        {
            packet.Node = (fromInitiator ? connection.Verdict.Initiator : connection.Verdict.Responder).Node;
        }

        packet.DestinationEndpoint = state.Endpoints.Find(packet.Destination)?.Id ?? 0;
        return DropReason.None;
    }

    private static bool Concerns(Packet error, Packet quoted, bool isFromEndpoint) =>
        quoted.Source == error.Destination && quoted.Kind == PacketKind.Plain && (!isFromEndpoint || quoted.Destination == error.Source);

    private DropReason JudgeUnrelated(Packet packet)
    {
        var verdict = _flows.Judge(Flow.Of(packet.Connection, packet.GivenIdentity));
        Note(packet, verdict, fromInitiator: true);
        return verdict.Reason;
    }

    private void RememberFragment(Packet packet) => state.Fragments.Set(
        packet.Fragment,
        new(packet.SourcePort, packet.DestinationPort, packet.Protocol),
        state.Clock.After(FragmentTable.Lifetime));

    private static void Note(Packet packet, FlowVerdict verdict, bool fromInitiator)
    {
        var (source, destination) = fromInitiator ? (verdict.Initiator, verdict.Responder) : (verdict.Responder, verdict.Initiator);
        (packet.SourceEndpoint, packet.SourceIdentity) = (source.Endpoint, source.Identity);
        (packet.DestinationEndpoint, packet.DestinationIdentity) = (destination.Endpoint, destination.Identity);
        packet.Node = destination.Node;
        (packet.Direction, packet.Rule) = (verdict.Direction, verdict.Rule);
    }

    private void Count(Packet packet, FlowVerdict verdict)
    {
        foreach (var party in new[] { verdict.Initiator, verdict.Responder })
        {
            if (party is { IsLocal: true, Entry: { } entry })
                state.Policies.Find(state.Endpoints.Find(party.Endpoint)?.Row.Policy)?.Count(entry.Key, packet.Length);
        }
    }
}
