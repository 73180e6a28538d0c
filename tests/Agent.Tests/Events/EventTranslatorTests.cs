using System.Net;
using System.Text.Json;
using Cilium.Framework.Agent.Events;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Datapath;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Agent.Tests.Events;

public class EventTranslatorTests
{
    private static readonly PacketSummary Tcp = new(IPAddress.Parse("10.1.0.2"), IPAddress.Parse("10.1.0.3"), IpProtocol.Tcp, 40000, 80, 74, TcpFlags: 2);

    private static readonly DropEvent Drop = new()
    {
        Time = DateTimeOffset.UnixEpoch, Reason = DropReason.PolicyDenied, SourceEndpoint = 1, DestinationEndpoint = 2, SourceIdentity = new(1001), DestinationIdentity = new(1002),
        Direction = TrafficDirection.Ingress, IfIndex = 7, Packet = Tcp,
    };

    private static string Summary(DatapathEvent shown, string rule = "") => new EventTranslator(_ => rule).Translate(shown).Summary;

    [Fact]
    public void A_drop_says_reason_identities_flow_and_rule() => Assert.Equal(
        "xx drop (Policy denied (L3)) to endpoint 2, identity 1001->1002: 10.1.0.2:40000 -> 10.1.0.3:80 tcp SYN [nearest: web ingress[0], other port]",
        Summary(Drop, "nearest: web ingress[0], other port"));

    [Fact]
    public void Repeated_drops_and_those_from_before_are_said() => Assert.EndsWith(
        "tcp SYN, and 41 more of them (before)", Summary(Drop with { Repeated = 41, FromBefore = true }), StringComparison.Ordinal);

    [Fact]
    public void Ports_are_of_protocols_that_have_them_and_icmp_has_type_code_and_identifier()
    {
        static MonitorEvent Of(PacketSummary packet) => new EventTranslator(_ => "").Translate(Drop with { Packet = packet });
        var tcp = Of(Tcp);
        Assert.Equal((40000, 80, null, null, null), (tcp.SourcePort, tcp.DestinationPort, tcp.IcmpType, tcp.IcmpCode, tcp.IcmpId));
        var icmp = Of(Tcp with { Protocol = IpProtocol.Icmp, SourcePort = 77, DestinationPort = 0x0301 });
        Assert.Equal((null, null, 3, 1, 77), (icmp.SourcePort, icmp.DestinationPort, icmp.IcmpType, icmp.IcmpCode, icmp.IcmpId));
        Assert.DoesNotContain("port", JsonSerializer.Serialize(icmp, ApiJson.Plain.MonitorEvent), StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_connection_says_where_it_goes() => Assert.Equal(
        "-> endpoint 2, identity 1001->1002 state new ifindex 7: [fd00::2]:40000 -> [fd00::3]:53 udp [web ingress[0]]",
        Summary(new TraceEvent
        {
            Time = DateTimeOffset.UnixEpoch, Reason = TraceReason.New, Point = TracePoint.ToEndpoint, SourceEndpoint = 1, DestinationEndpoint = 2, SourceIdentity = new(1001),
            DestinationIdentity = new(1002), Direction = TrafficDirection.Ingress, IfIndex = 7,
            Packet = new(IPAddress.Parse("fd00::2"), IPAddress.Parse("fd00::3"), IpProtocol.Udp, 40000, 53, 62, 0),
        }, "web ingress[0]"));

    [Fact]
    public void Icmp_says_type_and_code() => Assert.Contains(
        "10.1.0.2 -> 10.1.0.3 icmp type 8 code 0", Summary(Drop with { Packet = Tcp with { Protocol = IpProtocol.Icmp, DestinationPort = 8 << 8, TcpFlags = 0 } }), StringComparison.Ordinal);

    [Fact]
    public void Lost_and_waiting_events_are_counted()
    {
        Assert.Equal("-- 9 events lost: the datapath's buffer was full", Summary(new LostEvent { Time = DateTimeOffset.UnixEpoch, Count = 9 }));
        Assert.Equal("-- 3 events waited from the time without an agent; they follow, marked (before)", Summary(new BacklogEvent { Time = DateTimeOffset.UnixEpoch, Waiting = 3 }));
    }
}
