using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Cilium.Framework.Lab.Traffic;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Demo;

/// <summary>What only an overlay has: packets of those who wrap what is not theirs.</summary>
internal sealed class TunnelStory(DemoCluster cluster)
{
    public async Task RunAsync(CancellationToken ct)
    {
        cluster.Say("Packets wrapped in the name of client on node2: by a stranger, by another node, and by node2 with an identity that client does not have");
        var (home, other, third) = (cluster.Nodes[0], cluster.Nodes[1], cluster.Nodes[2]);
        var identity = (uint)await cluster.IdentityAsync(other, "client", ct);
        var stranger = cluster.Lab.AddMachine("stranger");
        await SentAsync("a stranger", stranger.Namespace, identity, "Invalid source ip");
        await SentAsync(DemoCluster.Name(third), third.Network.Node, identity, "Invalid source ip");
        await SentAsync(DemoCluster.Name(other), other.Network.Node, identity + 1000, "Invalid identity");

        // In the name of the client on the second node, to the web on the first.
        async Task SentAsync(string who, NetworkNamespace from, uint vni, string reason)
        {
            foreach (var v6 in (bool[])[false, true])
            {
                var (client, web) = (cluster.Pod(other, "client").Address(v6), cluster.Pod(home, "web").Address(v6));
                cluster.Events.Clear();
                await SendAsync(from, home.Network.Place.IPv4, vni, client, web, ct);
                var drop = await cluster.Events.FindAsync(shown => shown.Type == "drop" && shown.Source == client.ToString() && shown.Destination == web.ToString(), ct);
                cluster.Compare(who, $"web, {DemoCluster.Name(home)}", v6 ? "VXLAN v6" : "VXLAN v4", reason, drop?.ReasonText ?? "no event", $"as client of {DemoCluster.Name(other)}, VNI {vni}");
            }
        }
    }

    /// <summary>Wraps a datagram as RFC 7348 says.</summary>
    private static async Task SendAsync(NetworkNamespace from, IPAddress node, uint vni, IPAddress source, IPAddress destination, CancellationToken ct)
    {
        var header = new byte[8];
        header[0] = 8;
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), vni << 8);
        var mac = PhysicalAddress.Parse("0A:66:66:66:66:66");
        using var socket = Inside.Socket(from, AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.SendToAsync((byte[])[.. header, .. RawSender.Frame(mac, mac, source, destination, 9)], SocketFlags.None, new IPEndPoint(node, Wire.VxlanPort), ct);
    }
}
