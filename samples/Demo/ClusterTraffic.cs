using System.Globalization;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Traffic;

namespace Cilium.Framework.Demo;

/// <summary>What a pod accepts is judged where it runs; who sends, and from which node, is told by the identity.</summary>
internal sealed class ClusterTraffic(DemoCluster cluster)
{
    private const int Accepted = 80, Other = 8080, Stream = 9000;

    /// <summary>500 packets a second on each way.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(2);

    public async Task RunAsync(CancellationToken ct)
    {
        var (home, web) = (cluster.Nodes[0], cluster.PlaceOf(cluster.Nodes[0], "web"));
        await using var accepted = new EchoServer(web.Namespace, Accepted);
        await using var other = new EchoServer(web.Namespace, Other);
        foreach (var v6 in (bool[])[false, true])
        {
            cluster.Say($"Traffic on {DemoCluster.Name(home)}, and to it from the others, over {(v6 ? "IPv6" : "IPv4")}");
            foreach (var node in cluster.Nodes)
            {
                await cluster.Checks.TcpAsync(cluster.PlaceOf(node, "client"), web, Accepted, v6, allowed: true, ct);
                await cluster.Checks.TcpAsync(cluster.PlaceOf(node, "client"), web, Other, v6, allowed: false, ct);
                await cluster.Checks.TcpAsync(cluster.PlaceOf(node, "batch"), web, Accepted, v6, allowed: false, ct);
            }

            await IdentityInEventsAsync(cluster.Nodes[1], web, v6, ct);
        }
    }

    /// <summary>Datagrams between all nodes while something happens: none is lost.</summary>
    /// <param name="whose">Name of the node to which it happens.</param>
    /// <param name="meanwhile">What.</param>
    /// <param name="ct">Gives up.</param>
    public async Task WithoutLossAsync(string whose, Func<Task> meanwhile, CancellationToken ct)
    {
        var streams = new List<DatagramStream>();
        try
        {
            for (var from = 0; from < cluster.Nodes.Count; from++)
                streams.Add(await StreamAsync(cluster.Nodes[from], cluster.Nodes[(from + 1) % cluster.Nodes.Count], ct));
            await meanwhile();
            var results = new List<DatagramStream.Result>();
            foreach (var stream in streams)
                results.Add(await stream.StopAsync());
            Lost(string.Create(CultureInfo.InvariantCulture, $"{results.Sum(result => result.Lost)} lost"), results.Sum(result => result.Sent));
        }
        catch (TimeoutException)
        {
            Lost("none arrives", 0);
        }
        finally
        {
            foreach (var stream in streams)
                await stream.DisposeAsync();
        }

        void Lost(string seen, long sent) => cluster.Compare(
            "all nodes", "all nodes", "UDP", "0 lost", seen, string.Create(CultureInfo.InvariantCulture, $"{sent} datagrams over kill -9 of the agent of {whose}"));
    }

    private Task<DatagramStream> StreamAsync(LabNode from, LabNode to, CancellationToken ct)
    {
        var (client, server) = (cluster.Pod(from, "client"), cluster.Pod(to, "client"));
        return DatagramStream.StartAsync(client.Namespace, server.Namespace, server.IPv4, Stream, Pace, expectArrival: true, ct);
    }

    /// <summary>The receiver's node names the sender by the identity that the sender's node gave it, whether the packet passed or not.</summary>
    private async Task IdentityInEventsAsync(LabNode from, Place web, bool v6, CancellationToken ct)
    {
        var (client, identity) = (cluster.PlaceOf(from, "client"), await cluster.IdentityAsync(from, "client", ct));
        var (source, destination) = (v6 ? (client.IPv6, web.IPv6) : (client.IPv4, web.IPv4));
        foreach (var (type, port) in ((string, int)[])[("trace", Accepted), ("drop", Other)])
        {
            cluster.Events.Clear();
            await Probe.TcpAsync(client.Namespace, destination, port, Patience.Of(TimeSpan.FromMilliseconds(400)), ct);
            var seen = await cluster.Events.FindAsync(
                shown => shown.Type == type && shown.Source == source.ToString() && shown.Destination == destination.ToString() && shown.DestinationPort == port, ct);
            cluster.Compare(client.Name, web.Name, $"{type} {(v6 ? "v6" : "v4")}", Words(identity), seen is null ? "no event" : Words(seen.SourceIdentity), "cilium monitor");
        }
    }

    private static string Words(long identity) => string.Create(CultureInfo.InvariantCulture, $"identity {identity}");
}
