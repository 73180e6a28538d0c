using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Traffic;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class TunnelTests(TunnelNodes nodes) : MultiNodeTests(nodes), IClassFixture<TunnelNodes>
{
    private const int VxlanPort = 8472;
    private readonly TunnelNodes _nodes = nodes;

    [Fact]
    public async Task The_vni_carries_the_senders_identity_and_nothing_travels_unwrapped()
    {
        var (client, server) = (Pod(0, "client"), Pod(1, "server"));
        await using var echo = new EchoServer(server.Namespace, Port);
        await using var capture = new Capture(_nodes.Nodes[1].Network.Node);
        Assert.True(await Probe.UdpAsync(client.Namespace, server.IPv4, Port, TimeSpan.FromSeconds(5), Stop));

        var identity = (await _nodes.Nodes[0].Agent.Client.ListEndpointsAsync(Stop)).Single(endpoint => endpoint.Id == client.EndpointId).Status.Identity!.Id;
        await Eventually.TrueAsync(() => capture.Frames.Any(frame => Vni(frame) == identity), "a wrapped packet with the client's identity");
    }

    [Fact]
    public async Task A_wrapped_packet_from_a_machine_that_is_no_node_is_dropped_with_the_reason()
    {
        var (client, server) = (Pod(0, "client"), Pod(1, "server"));
        var intruder = _nodes.AddMachine("intruder");
        await using var events = new EventLog(_nodes.Nodes[1]);
        await events.ReadsAsync(client.Namespace, server.IPv4, Stop);
        var identity = (await _nodes.Nodes[0].Agent.Client.ListEndpointsAsync(Stop)).Single(endpoint => endpoint.Id == client.EndpointId).Status.Identity!.Id;

        await SendAsync(intruder.Namespace, _nodes.Nodes[1].Network.Place.IPv4, (uint)identity, client.IPv4, server.IPv4, 9001);
        await DroppedAsync(events, "Invalid source ip", client, server);
    }

    [Fact]
    public async Task A_node_that_gives_a_pod_another_identity_is_not_believed()
    {
        var (client, server) = (Pod(0, "client"), Pod(1, "server"));
        await using var events = new EventLog(_nodes.Nodes[1]);
        await events.ReadsAsync(client.Namespace, server.IPv4, Stop);

        await SendAsync(_nodes.Nodes[0].Network.Node, _nodes.Nodes[1].Network.Place.IPv4, 60000, client.IPv4, server.IPv4, 9002);
        await DroppedAsync(events, "Invalid identity", client, server);
        // One of another node's pods.
        await SendAsync(_nodes.Nodes[2].Network.Node, _nodes.Nodes[1].Network.Place.IPv4, 60000, client.IPv4, server.IPv4, 9003);
        await DroppedAsync(events, "Invalid source ip", client, server);
    }

    [Fact]
    public async Task A_pods_address_that_comes_without_wrapping_is_dropped_with_the_reason()
    {
        var (client, server) = (Pod(0, "client"), Pod(1, "server"));
        var intruder = _nodes.AddMachine("neighbour");
        using (var netlink = RouteNetlink.Open(intruder.Namespace))
            netlink.ReplaceRoute(new Route { Destination = server.IPv4, PrefixLength = 32, Gateway = _nodes.Nodes[1].Network.Place.IPv4 });
        await using var events = new EventLog(_nodes.Nodes[1]);
        await events.ReadsAsync(client.Namespace, server.IPv4, Stop);
        await RawIPv4.SendAsync(intruder.Namespace, client.IPv4, server.IPv4, 9004, Stop);
        await DroppedAsync(events, "Invalid source ip", client, server);
    }

    [Fact]
    public async Task Routing_chosen_anew_leaves_no_device_and_no_route_of_the_former()
    {
        var node = _nodes.Nodes[2];
        using var netlink = RouteNetlink.Open(node.Network.Node);
        await Eventually.TrueAsync(() => netlink.FindLink("cilium_vxlan") is not null && RoutesOfOthers(netlink).Any(), "the overlay is there");
        await node.Agent.KillAsync(Stop);
        await node.StartAgentAsync(Stop, settings: ["routing.provider=direct"]);
        await Eventually.TrueAsync(() => netlink.FindLink("cilium_vxlan") is null && !RoutesOfOthers(netlink).Any(), "device and routes of the overlay are gone");
        await node.Agent.KillAsync(Stop);
        await node.StartAgentAsync(Stop);
        await Eventually.TrueAsync(() => netlink.FindLink("cilium_vxlan") is not null && RoutesOfOthers(netlink).Count() == 4, "the overlay is back");
    }

    // Their ports were not looked at any more.
    private static Task DroppedAsync(EventLog events, string reason, LabPod source, LabPod destination) => events.WaitAsync(
        seen => seen.Type == "drop" && seen.ReasonText == reason && seen.Source == source.IPv4.ToString() && seen.Destination == destination.IPv4.ToString());

    private static IEnumerable<Route> RoutesOfOthers(RouteNetlink netlink) => new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 }
        .SelectMany(netlink.ListRoutes).Where(route => route.Protocol == 161 && route.Destination?.ToString() is not ("10.1.3.0" or "fd00:1:3::"));

    /// <summary>The VNI of an IPv4 frame that carries VXLAN (RFC 7348 section 5); null: it does not.</summary>
    private static int? Vni(byte[] frame)
    {
        const int Udp = 14 + 20;
        return frame.Length > Udp + 16 && frame[12] == 8 && frame[13] == 0 && frame[23] == 17 && BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(Udp + 2)) == VxlanPort
            ? (int)(BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(Udp + 12)) >> 8)
            : null;
    }

    private static async Task SendAsync(NetworkNamespace from, IPAddress node, uint vni, IPAddress source, IPAddress destination, int port)
    {
        var header = new byte[8 + 14];
        header[0] = 8;
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), vni << 8);
        // Any destination but the sender's own: the receiver's stack takes all of them. Ethertype IPv4.
        (header[8], header[14], header[20]) = (2, 2, 8);
        using var socket = Inside.Socket(from, AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.SendToAsync((byte[])[.. header, .. RawIPv4.Udp(source, destination, port)], SocketFlags.None, new IPEndPoint(node, VxlanPort), Stop);
    }
}
