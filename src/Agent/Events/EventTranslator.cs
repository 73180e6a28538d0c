using Cilium.Framework.Client.Models;
using Cilium.Framework.Datapath;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Agent.Events;

/// <summary>Datapath events -> events of the API, with words for numbers: the rule that decided, or the nearest one that did not match.</summary>
/// <param name="explain">Names the rule behind an event.</param>
internal sealed class EventTranslator(Func<PacketEvent, string> explain)
{
    public MonitorEvent Translate(DatapathEvent source) => source switch
    {
        DropEvent drop => Drop(drop),
        TraceEvent trace => Trace(trace),
        LostEvent lost => new MonitorEvent { Type = "lost", Time = lost.Time, Count = (long)lost.Count, Summary = $"-- {lost.Count} events lost: the datapath's buffer was full" },
        BacklogEvent backlog => new MonitorEvent
        {
            Type = "backlog", Time = backlog.Time, Count = (long)backlog.Waiting, Summary = $"-- {backlog.Waiting} events waited from the time without an agent; they follow, marked (before)",
        },
        _ => new MonitorEvent { Type = "agent", Time = source.Time, Summary = source.ToString() },
    };

    private MonitorEvent Drop(DropEvent drop)
    {
        var reason = drop.Reason.Describe();
        var rule = explain(drop);
        var repeated = drop.Repeated > 0 ? $", and {drop.Repeated} more of them" : "";
        var summary = $"xx drop ({reason}) to endpoint {drop.DestinationEndpoint}, identity {drop.SourceIdentity}->{drop.DestinationIdentity}: {Flow(drop.Packet)}{Behind(rule)}{repeated}{Before(drop)}";
        return Packet(drop, "drop", rule, summary) with { Reason = (int)drop.Reason, ReasonText = reason, Count = (long)drop.Repeated };
    }

    private MonitorEvent Trace(TraceEvent trace)
    {
        var target = trace.Point switch
        {
            TracePoint.ToEndpoint => $"endpoint {trace.DestinationEndpoint}",
            TracePoint.ToHost => "host",
            TracePoint.ToProxy => "proxy",
            TracePoint.ToOverlay => "overlay",
            _ => "stack",
        };
        var reason = trace.Reason switch
        {
            TraceReason.New => "new",
            TraceReason.Established => "established",
            TraceReason.Reply => "reply",
            TraceReason.Related => "related",
            _ => "verdict-changed",
        };
        var rule = explain(trace);
        var summary = $"-> {target}, identity {trace.SourceIdentity}->{trace.DestinationIdentity} state {reason} ifindex {trace.IfIndex}: {Flow(trace.Packet)}{Behind(rule)}{Before(trace)}";
        return Packet(trace, "trace", rule, summary) with { Reason = (int)trace.Reason, ReasonText = reason };
    }

    private static MonitorEvent Packet(PacketEvent source, string type, string rule, string summary) => FlowText.IsIcmp(source.Packet.Protocol)
        ? Common(source, type, rule, summary) with { IcmpType = source.Packet.DestinationPort >> 8, IcmpCode = source.Packet.DestinationPort & 0xff, IcmpId = source.Packet.SourcePort }
        : Common(source, type, rule, summary) with { SourcePort = source.Packet.SourcePort, DestinationPort = source.Packet.DestinationPort };

    private static MonitorEvent Common(PacketEvent source, string type, string rule, string summary) => new()
    {
        Type = type, Time = source.Time, Summary = summary, Rule = rule, Direction = source.Direction == TrafficDirection.Ingress ? "ingress" : "egress",
        SourceEndpoint = source.SourceEndpoint, DestinationEndpoint = source.DestinationEndpoint, SourceIdentity = source.SourceIdentity.Value, DestinationIdentity = source.DestinationIdentity.Value,
        Source = source.Packet.Source?.ToString(), Destination = source.Packet.Destination?.ToString(),
        Protocol = Name(source.Packet.Protocol), IfIndex = source.IfIndex, Length = source.Packet.Length, FromBefore = source.FromBefore,
    };

    private static string Flow(PacketSummary packet)
    {
        if (packet.Source is null || packet.Destination is null)
            return $"{packet.Length} bytes, not IP";
        return FlowText.IsIcmp(packet.Protocol)
            ? $"{packet.Source} -> {packet.Destination} {Name(packet.Protocol)} type {packet.DestinationPort >> 8} code {packet.DestinationPort & 0xff}"
            : $"{FlowText.Side(packet.Source, packet.SourcePort)} -> {FlowText.Side(packet.Destination, packet.DestinationPort)} {Name(packet.Protocol)}{Flags(packet)}";
    }

    private static string Flags(PacketSummary packet)
    {
        if (packet.Protocol != IpProtocol.Tcp)
            return "";
        ReadOnlySpan<string> names = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"];
        var set = new List<string>();
        for (var i = 0; i < names.Length; i++)
        {
            if ((packet.TcpFlags & (1 << i)) != 0)
                set.Add(names[i]);
        }

        return set.Count == 0 ? "" : " " + string.Join(',', set);
    }

    private static string Name(IpProtocol protocol) => protocol switch
    {
        IpProtocol.Tcp => "tcp",
        IpProtocol.Udp => "udp",
        IpProtocol.Icmp => "icmp",
        IpProtocol.IcmpV6 => "icmpv6",
        _ => $"protocol {(byte)protocol}",
    };

    private static string Behind(string rule) => rule.Length == 0 ? "" : $" [{rule}]";

    private static string Before(PacketEvent source) => source.FromBefore ? " (before)" : "";
}
