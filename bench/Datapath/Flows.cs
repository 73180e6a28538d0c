using System.Buffers.Binary;
using System.Net;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Datapath.Bpf.Programs;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bench;

/// <summary>The flows that are measured, each ready to run.</summary>
internal static class Flows
{
    /// <summary>F1 over many connections in turn.</summary>
    public const string Many = "F1w";

    /// <summary>To a pod of another node.</summary>
    public const string Remote = "F6";

    private const uint Pass = 0, Drop = 2, Redirect = 7;
    private const ushort ClientPort = 40000;

    /// <summary>Of F1w.</summary>
    private const ushort FirstOfMany = 2000;
    private const int ManyConnections = 30_000;
    private static readonly IPAddress Outside = IPAddress.Parse("192.0.2.7");

    public static IReadOnlyList<Flow> Create(Fixture fixture, Harness harness, int quiet)
    {
        var programs = fixture.Datapath.State.Programs;
        var (from, to) = (programs[ProgramSet.FromEndpoint].Descriptor, programs[ProgramSet.ToEndpoint].Descriptor);
        var (client, server) = (fixture.Client, fixture.Server);
        var established = Established(fixture, client, server, client.IPv4!, server.IPv4!);
        Established(fixture, fixture.LongClient, fixture.LongServer, fixture.LongClient.IPv4!, fixture.LongServer.IPv4!);
        Established(fixture, client, server, client.IPv6!, server.IPv6!);
        FillLookup(harness, established);
        Send(to, server, Stack(server, Packets.Syn));
        Send(to, server, Stack(server, Packets.Ack));

        var fresh = Packets.Udp(client.Mac, client.HostMac, client.IPv4!, server.IPv4!, 0, Fixture.DatagramPort);
        var denied = Packets.Udp(client.Mac, client.HostMac, client.IPv4!, server.IPv4!, ClientPort, Fixture.DeniedPort);
        var forget = () => Forget(fixture, harness);
        return
        [
            new("floor", harness.Empty, established, client.IfIndex, Pass),
            new("floor+1", harness.OneLookup, established, client.IfIndex, Pass),
            new("F1", from.Value, established, client.IfIndex, Redirect),
            new("F1r", from.Value, Reply(server, client, server.IPv4!, client.IPv4!), server.IfIndex, Redirect),
            new("F1b", from.Value, Segment(fixture.LongClient, fixture.LongClient.IPv4!, fixture.LongServer.IPv4!, Packets.Ack), fixture.LongClient.IfIndex, Redirect),
            new("F2", to.Value, Stack(server, Packets.Ack), server.IfIndex, Pass),
            new("F4", quiet, fresh, client.IfIndex, Redirect) { Vary = true, AfterBatch = forget },
            new("F4ev", from.Value, fresh, client.IfIndex, Redirect) { Vary = true, AfterBatch = forget },
            new("F5", from.Value, denied, client.IfIndex, Drop) { Vary = true },
            new("F5r", from.Value, denied, client.IfIndex, Drop),
            new("F7", from.Value, Segment(client, client.IPv6!, server.IPv6!, Packets.Ack), client.IfIndex, Redirect),
        ];
    }

    /// <summary>F1 alone, and over many connections in turn, in a table that is full of others; with its own floor.</summary>
    /// <param name="fixture">On which.</param>
    /// <param name="harness">That runs them.</param>
    /// <param name="connections">In the table.</param>
    public static IReadOnlyList<Flow> Wide(Fixture fixture, Harness harness, int connections)
    {
        var many = Math.Min(ManyConnections, connections);
        var from = fixture.Datapath.State.Programs[ProgramSet.FromEndpoint].Descriptor;
        var (client, server) = (fixture.Client, fixture.Server);
        var established = Established(fixture, client, server, client.IPv4!, server.IPv4!);
        FillLookup(harness, established);
        // In no order, and others in between: connections that were opened one after the other would lie side by side.
        foreach (var port in Enumerable.Range(FirstOfMany, many).OrderBy(port => port * 7919 % 30_011))
        {
            Send(from, client, Segment(client, client.IPv4!, server.IPv4!, Packets.Syn, (ushort)port));
            Send(from, server, Packets.Tcp(server.Mac, server.HostMac, server.IPv4!, client.IPv4!, Fixture.AllowedPort, (ushort)port, Packets.Ack));
            Send(from, client, Segment(client, client.IPv4!, server.IPv4!, Packets.Ack, (ushort)port));
            fixture.AddOtherConnections((connections / many) - 1);
        }

        return
        [
            new("floor", harness.Empty, established, client.IfIndex, Pass),
            new("floor+1", harness.OneLookup, established, client.IfIndex, Pass),
            new("F1", from.Value, established, client.IfIndex, Redirect),
            new(Many, from.Value, established, client.IfIndex, Redirect) { Vary = true, Cycle = (FirstOfMany, many) },
        ];
    }

    /// <summary>To a pod of another node, through the overlay; with its own floor.</summary>
    /// <param name="fixture">On which.</param>
    /// <param name="harness">That runs them.</param>
    public static IReadOnlyList<Flow> Overlay(Fixture fixture, Harness harness)
    {
        var from = fixture.Datapath.State.Programs[ProgramSet.FromEndpoint].Descriptor;
        var (client, remote) = (fixture.Client, fixture.AddRemote());
        var segment = Segment(client, client.IPv4!, remote, Packets.Ack);
        Send(from, client, Segment(client, client.IPv4!, remote, Packets.Syn));
        fixture.AnswerAll();
        Send(from, client, segment);
        fixture.AddOtherConnections(FixtureSetup.UsualConnections);
        FillLookup(harness, segment);
        return
        [
            new("floor", harness.Empty, segment, client.IfIndex, Pass),
            new("floor+1", harness.OneLookup, segment, client.IfIndex, Pass),
            new(Remote, from.Value, segment, client.IfIndex, Redirect),
        ];
    }

    /// <summary>Opens a connection and gives the packet of it that is measured.</summary>
    private static byte[] Established(Fixture fixture, EndpointRow client, EndpointRow server, IPAddress source, IPAddress destination)
    {
        var program = fixture.Datapath.State.Programs[ProgramSet.FromEndpoint].Descriptor;
        Send(program, client, Segment(client, source, destination, Packets.Syn));
        Send(program, server, Reply(server, client, destination, source));
        var segment = Segment(client, source, destination, Packets.Ack);
        Send(program, client, segment);
        return segment;
    }

    private static byte[] Segment(EndpointRow client, IPAddress source, IPAddress destination, byte flags, ushort port = ClientPort) =>
        Packets.Tcp(client.Mac, client.HostMac, source, destination, port, Fixture.AllowedPort, flags);

    private static byte[] Reply(EndpointRow server, EndpointRow client, IPAddress source, IPAddress destination) =>
        Packets.Tcp(server.Mac, server.HostMac, source, destination, Fixture.AllowedPort, ClientPort, Packets.Ack);

    private static byte[] Stack(EndpointRow server, byte flags) =>
        Packets.Tcp(server.HostMac, server.Mac, Outside, server.IPv4!, ClientPort, Fixture.AllowedPort, flags);

    private static void Send(BpfDescriptor program, EndpointRow endpoint, byte[] frame)
    {
        var run = TestRun.Once(program, frame, new SkBuff { IfIndex = (uint)endpoint.IfIndex });
        if (run.ReturnValue == Drop)
            throw new InvalidOperationException($"the fixture's packet was dropped for reason {(byte)(run.Context.ControlBlock0 >> 8)}");
    }

    // A full map, with the packet's own eight bytes (both IPv4 addresses) in it.
    private static void FillLookup(Harness harness, byte[] frame)
    {
        const int addresses = 26;
        harness.Lookup.Set(BinaryPrimitives.ReadUInt64LittleEndian(frame.AsSpan(addresses)), 1);
        var random = new Random(2);
        for (var i = 1; i < harness.Lookup.Kernel.MaxEntries; i++)
            harness.Lookup.Set((ulong)random.NextInt64(), 1);
    }

    private static void Forget(Fixture fixture, Harness harness)
    {
        var (client, server) = (WireAddress.From(fixture.Client.IPv4).Word0, WireAddress.From(fixture.Server.IPv4).Word0);
        var keys = new HashSet<ConntrackKey4>(Harness.BatchPackets);
        var responder = BinaryPrimitives.ReverseEndianness(Fixture.DatagramPort);
        for (var i = 0; i < Harness.BatchPackets; i++)
        {
            var initiator = BinaryPrimitives.ReverseEndianness((ushort)(harness.FirstPort + i));
            keys.Add(client < server
                ? new() { Address0 = client, Address1 = server, Port0 = initiator, Port1 = responder, Proto = 17 }
                : new() { Address0 = server, Address1 = client, Port0 = responder, Port1 = initiator, Proto = 17 });
        }

        fixture.Maps.Conntrack4.Remove((key, _) => key.Proto == 17 && keys.Contains(key));
    }
}
