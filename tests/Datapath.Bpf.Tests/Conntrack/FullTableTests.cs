using System.Net;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Tests.Conntrack;

/// <summary>More connections than there is room for.</summary>
[Trait("Needs", "Root")]
public sealed class FullTableTests : IDisposable
{
    private const uint Room = 1024;
    private const int Flood = 5_000;
    private const ushort OpenPort = 65000;
    private const string ClientIPv4 = "10.90.1.1", ServerIPv4 = "10.90.1.2", ClientIPv6 = "fd90::a:1", ServerIPv6 = "fd90::a:2";

    private TestNode? _node;

    public void Dispose() => _node?.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_new_connection_passes_when_the_hash_is_full_and_somebody_else_is_forgotten(bool ipv6)
    {
        var (node, client, _) = Begin(table: false);

        Assert.Equal(Flood, FloodWith(node, client, ipv6));

        Assert.InRange(node.Connections().Count, (int)Room / 2, (int)Room);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_connection_that_the_full_hash_has_forgotten_goes_on_with_the_next_packet_of_its_initiator(bool ipv6)
    {
        var (node, client, server) = Begin(table: false);
        Open(node, client, server, ipv6);

        // One that was answered stays longest: only others that were answered too drive it out.
        for (ushort port = 1; port <= Flood && IsKnown(node); port++)
        {
            node.From(client, Frames.UdpFrom(client, Address(server, ipv6), port, 53));
            node.From(server, Frames.UdpFrom(server, Address(client, ipv6), 53, port));
        }

        Assert.False(IsKnown(node), "it was never forgotten");
        Assert.Equal(DropReason.PolicyDenied, Reply(node, client, server, ipv6).Reason);
        Open(node, client, server, ipv6);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_flood_forgets_no_connection_that_was_answered_when_the_table_is_full(bool ipv6)
    {
        var (node, client, server) = Begin(table: true);
        Open(node, client, server, ipv6);

        var passed = FloodWith(node, client, ipv6);

        Assert.Equal(Flood, passed);
        Assert.Equal(VerdictKind.ToEndpoint, Reply(node, client, server, ipv6).Kind);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void When_the_table_is_full_of_living_connections_new_ones_are_refused(bool ipv6)
    {
        var (node, client, server) = Begin(table: true);
        var (opened, refused) = (0, 0);
        for (ushort port = 1; port <= 4000; port++)
        {
            var verdict = node.From(client, Frames.UdpFrom(client, Address(server, ipv6), port, 53));
            if (verdict.Kind == VerdictKind.ToEndpoint)
            {
                opened++;
                node.From(server, Frames.UdpFrom(server, Address(client, ipv6), 53, port));
            }
            else
            {
                Assert.Equal(DropReason.ConntrackInsertionFailed, verdict.Reason);
                refused++;
            }
        }

        Assert.InRange(refused, 1, 4000);
        Assert.InRange(opened, (int)Room, (int)(Room * 1.4));
        Assert.Equal(opened, node.Connections().Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Slots_of_expired_connections_are_used_again(bool ipv6)
    {
        var (node, client, server) = Begin(table: true);
        for (var round = 0; round < 3; round++)
        {
            var opened = 0;
            for (ushort port = 1; port <= Room; port++)
            {
                var from = (ushort)(port + (round * Room));
                if (node.From(client, Frames.UdpFrom(client, Address(server, ipv6), from, 53)).Kind == VerdictKind.ToEndpoint)
                    opened++;
                node.From(server, Frames.UdpFrom(server, Address(client, ipv6), 53, from));
            }

            Assert.InRange(opened, (int)(Room * 0.99), (int)Room);
            Expire(node);
        }
    }

    private (TestNode Node, TestPod Client, TestPod Server) Begin(bool table)
    {
        _node = new TestNode(settings: Variant.Settings with { ConntrackTable = table, Trace = false }, conntrackMax: Room);
        var client = _node.AddEndpoint(1, 1001, ClientIPv4, ClientIPv6, Entries.AllOut);
        var server = _node.AddEndpoint(2, 1002, ServerIPv4, ServerIPv6, Entries.In(1001, IpProtocol.Udp, 53));
        return (_node, client, server);
    }

    private static bool IsKnown(TestNode node) => node.Connections().Any(connection => connection.SourcePort == OpenPort || connection.DestinationPort == OpenPort);

    private static string Address(TestPod pod, bool ipv6) => ((ipv6 ? pod.IPv6 : pod.IPv4) as IPAddress)!.ToString();

    private static void Open(TestNode node, TestPod client, TestPod server, bool ipv6)
    {
        node.From(client, Frames.UdpFrom(client, Address(server, ipv6), OpenPort, 53));
        Assert.Equal(VerdictKind.ToEndpoint, Reply(node, client, server, ipv6).Kind);
    }

    private static PacketVerdict Reply(TestNode node, TestPod client, TestPod server, bool ipv6) =>
        node.From(server, Frames.UdpFrom(server, Address(client, ipv6), 53, OpenPort));

    /// <returns>Datagrams to the world that passed, each of a flow of its own that nobody answers.</returns>
    private static int FloodWith(TestNode node, TestPod client, bool ipv6)
    {
        var frames = Enumerable.Range(1, Flood).Select(port => Frames.UdpFrom(client, ipv6 ? "2001:db8::7" : "192.0.2.7", (ushort)port, 9)).ToArray();
        return node.FromAll(client, frames).Count(verdict => verdict.Kind == VerdictKind.ToStack);
    }

    private static void Expire(TestNode node)
    {
        var (maps, past) = (node.Datapath.State.Maps, node.Datapath.State.Clock.Now() - 10);
        foreach (var (key, value) in maps.Conntrack4.Entries().ToArray())
            maps.Conntrack4.Put(key, value with { Expires = past });
        foreach (var (key, value) in maps.Conntrack6.Entries().ToArray())
            maps.Conntrack6.Put(key, value with { Expires = past });
    }
}
