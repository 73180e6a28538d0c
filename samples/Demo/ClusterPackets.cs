using System.Globalization;
using System.Net.Sockets;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Traffic;

namespace Cilium.Framework.Demo;

/// <summary>Packets from node to node: how they travel, how large they may be, and that nobody can send as another.</summary>
internal sealed class ClusterPackets(DemoCluster cluster)
{
    private static readonly TimeSpan Answer = Patience.Of(TimeSpan.FromSeconds(2));

    public async Task RunAsync(CancellationToken ct)
    {
        var (first, second, last) = (cluster.Nodes[0], cluster.Nodes[1], cluster.Nodes[^1]);
        cluster.Say("Packets from node to node: how they travel, of which size, and as whom");
        foreach (var v6 in (bool[])[false, true])
        {
            await TravelAsync(first, second, v6, ct);
            await SizesAsync(first, second, v6, ct);
            await NodeAsync(last, second, v6, ct);
            await ForgedAsync(first, second, v6, ct);
        }
    }

    private async Task TravelAsync(LabNode from, LabNode to, bool v6, CancellationToken ct)
    {
        var (client, server) = (cluster.Pod(from, "client"), cluster.Pod(to, "client"));
        var expected = cluster.Profile.Between == Between.Tunnel ? Wire.Wrapped(await cluster.IdentityAsync(from, "client", ct)) : "as they are";
        await using var capture = new Capture(cluster.Lab.World);
        await cluster.CompareAsync(Place(from), Place(to), Family("wire", v6), expected, async () =>
        {
            await Probe.PingAsync(client.Namespace, server.Address(v6), Answer, ct);
            return Wire.Words(capture, client.Address(v6), server.Address(v6));
        }, "capture of the segment", ct);
    }

    /// <summary>The largest packet that the route bears arrives; of a larger one the sender's own stack knows that it is too long.</summary>
    private async Task SizesAsync(LabNode from, LabNode to, bool v6, CancellationToken ct)
    {
        var (client, server) = (cluster.Pod(from, "client"), cluster.Pod(to, "client"));
        var mtu = DemoCluster.CableMtu - cluster.Profile.Overhead;
        await cluster.CompareAsync(Place(from), Place(to), Bytes(mtu, v6), "answered", () => SizedAsync(client, server, v6, mtu, ct), "cilium mtu", ct);
        await cluster.CompareAsync(Place(from), Place(to), Bytes(mtu + 1, v6), "too long", () => SizedAsync(client, server, v6, mtu + 1, ct), "the sender's own stack", ct);
    }

    private static async Task<string> SizedAsync(LabPod client, LabPod server, bool v6, int length, CancellationToken ct)
    {
        try
        {
            return await SizedPing.TryAsync(client.Namespace, server.Address(v6), length, Answer, ct) ? "answered" : "no answer";
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode == SocketError.MessageSize ? "too long" : exception.Message;
        }
    }

    /// <summary>A node itself reaches pods of others.</summary>
    private async Task NodeAsync(LabNode from, LabNode to, bool v6, CancellationToken ct)
    {
        var server = cluster.PlaceOf(to, "client");
        await cluster.CompareAsync(
            DemoCluster.Name(from), server.Name, Family("ICMP", v6), "answered",
            async () => await Probe.PingAsync(from.Network.Node, v6 ? server.IPv6 : server.IPv4, Answer, ct) ? "answered" : "no answer", "the node itself", ct);
    }

    private async Task ForgedAsync(LabNode from, LabNode to, bool v6, CancellationToken ct)
    {
        const string expected = "Invalid source ip";
        var (client, claimed, server) = (cluster.Pod(from, "client"), cluster.Pod(from, "web"), cluster.Pod(to, "web"));
        var (own, gateway) = RawSender.AddressesOf(client);
        cluster.Events.Clear();
        RawSender.SendUdp(client, own, gateway, claimed.Address(v6), server.Address(v6), 9);
        var drop = await cluster.Events.FindAsync(shown => shown.Type == "drop" && shown.Source == claimed.Address(v6).ToString() && shown.Destination == server.Address(v6).ToString(), ct);
        cluster.Compare("client as web", cluster.PlaceOf(to, "web").Name, Family("UDP", v6), expected, drop?.ReasonText ?? "no event", "cilium monitor");
    }

    private string Place(LabNode node) => cluster.PlaceOf(node, "client").Name;

    private static string Bytes(int length, bool v6) => string.Create(CultureInfo.InvariantCulture, $"{length} B {(v6 ? "v6" : "v4")}");

    private static string Family(string what, bool v6) => $"{what} {(v6 ? "v6" : "v4")}";
}
