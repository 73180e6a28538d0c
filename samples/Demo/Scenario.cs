using System.Globalization;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Traffic;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Demo;

/// <summary>The story that the demo tells: five pods, the node and the world, and rules that come and go.</summary>
internal sealed class Scenario(LabNode node, CheckRunner checks, EventLog events, Action<string> say)
{
    private static readonly int[] Ports = [80, 443, 5432, 8080];
    private readonly Dictionary<string, LabPod> _pods = [];
    private readonly RuleFiles _rules = new(node);

    public async Task RunAsync(CancellationToken ct)
    {
        say("Adding pods: client, web, db, batch, and one whose labels nobody knows");
        var client = await PodAsync("client", ["k8s:app=client", "k8s:tier=frontend"], ct);
        var web = await PodAsync("web", ["k8s:app=web", "k8s:tier=backend"], ct);
        var db = await PodAsync("db", ["k8s:app=db"], ct);
        var batch = await PodAsync("batch", ["k8s:app=batch", "k8s:tier=backend"], ct);
        var unknown = await PodAsync("unknown", [], ct);
        var host = new Place("host", node.Network.Node, LabNetwork.NodeIPv4, LabNetwork.NodeIPv6, HasOneAddress: false);
        var world = new Place("world", node.Network.World, LabNetwork.WorldIPv4, LabNetwork.WorldIPv6, HasOneAddress: false);
        var excepted = AddWorldAddress("world-except", "192.0.2.70", "2001:db8::101");

        var servers = new List<EchoServer>();
        try
        {
            foreach (var place in (Place[])[client, web, db, batch, unknown, world, host])
                servers.AddRange(Ports.Select(port => new EchoServer(place.Namespace, port)));
            await WithoutRulesAsync(client, web, unknown, ct);
            await WithRulesAsync(client, web, db, batch, host, world, excepted, ct);
            await ForgeryAsync(client, db, ct);
            await OpenConnectionAsync(client, web, ct);
            await CrashAsync(client, web, ct);
        }
        finally
        {
            foreach (var server in servers)
                await server.DisposeAsync();
        }
    }

    private async Task WithoutRulesAsync(Place client, Place web, Place unknown, CancellationToken ct)
    {
        say("No rules: everybody may talk, except a pod whose labels are not known yet");
        foreach (var v6 in (bool[])[false, true])
        {
            await checks.TcpAsync(client, web, 80, v6, allowed: true, ct);
            await checks.UdpAsync(client, web, 80, v6, allowed: true, ct);
            await checks.PingAsync(client, web, v6, allowed: true, ct);
            await checks.TcpAsync(unknown, web, 80, v6, allowed: false, ct);
        }
    }

    private async Task WithRulesAsync(Place client, Place web, Place db, Place batch, Place host, Place world, Place excepted, CancellationToken ct)
    {
        say("Importing web.yaml, db.yaml and batch.yaml");
        await _rules.ImportAsync(["web.yaml", "db.yaml", "batch.yaml"], ct);
        foreach (var v6 in (bool[])[false, true])
        {
            await checks.TcpAsync(client, web, 80, v6, allowed: true, ct);
            await checks.TcpAsync(client, web, 8080, v6, allowed: false, ct);
            await checks.UdpAsync(client, web, 80, v6, allowed: false, ct);
            await checks.PingAsync(client, web, v6, allowed: false, ct);
            await checks.TcpAsync(db, web, 80, v6, allowed: false, ct);
            await checks.TcpAsync(web, client, 80, v6, allowed: true, ct);
            await checks.TcpAsync(web, db, 5432, v6, allowed: true, ct);
            await checks.PingAsync(web, db, v6, allowed: true, ct);
            await checks.TcpAsync(client, db, 5432, v6, allowed: false, ct);
            await checks.TcpAsync(world, web, 443, v6, allowed: true, ct);
            await checks.TcpAsync(world, web, 80, v6, allowed: false, ct);
            await checks.TcpAsync(world, db, 5432, v6, allowed: false, ct);
            await checks.TcpAsync(host, web, 80, v6, allowed: false, ct);
            await checks.TcpAsync(host, db, 5432, v6, allowed: true, ct);
            await checks.TcpAsync(batch, world, 80, v6, allowed: true, ct);
            await checks.TcpAsync(batch, world, 443, v6, allowed: false, ct);
            await checks.TcpAsync(batch, excepted, 80, v6, allowed: false, ct);
            await checks.TcpAsync(batch, host, 8080, v6, allowed: true, ct);
            await checks.UdpAsync(batch, db, 5432, v6, allowed: false, ct);
            await checks.TcpAsync(client, world, 80, v6, allowed: true, ct);
        }
    }

    private async Task ForgeryAsync(Place client, Place db, CancellationToken ct)
    {
        say("client forges packets");
        var pod = _pods[client.Name];
        var (own, gateway) = RawSender.AddressesOf(pod);
        var other = PhysicalAddress.Parse("0A:66:66:66:66:66");
        await ForgedAsync("client as db", db, v6: false, () => RawSender.SendUdp(pod, own, gateway, db.IPv4, client.IPv4, 9), "Invalid source ip", ct);
        await ForgedAsync("client as db", db, v6: true, () => RawSender.SendUdp(pod, own, gateway, db.IPv6, client.IPv6, 9), "Invalid source ip", ct);
        await ForgedAsync("client, other MAC", db, v6: false, () => RawSender.SendUdp(pod, other, gateway, client.IPv4, db.IPv4, 9), "Invalid source mac", ct);
    }

    private async Task ForgedAsync(string from, Place to, bool v6, Action send, string reason, CancellationToken ct)
    {
        events.Clear();
        send();
        var drop = await events.FindAsync(shown => shown.Type == "drop" && shown.ReasonText == reason, ct);
        checks.Add(new Check
        {
            From = from, To = to.Name, Port = "9", Protocol = "UDP", Family = v6 ? "IPv6" : "IPv4",
            Expected = "denied", Seen = drop is null ? "no drop reported" : "denied", Rule = drop?.ReasonText ?? "(no event)",
        });
    }

    private async Task OpenConnectionAsync(Place client, Place web, CancellationToken ct)
    {
        say("A connection is open while its rule comes, goes, and comes again");
        await _rules.ImportAsync(["open.yaml"], ct);
        using var socket = client.Namespace.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        await socket.ConnectAsync(web.IPv4, 8080, ct);
        await EchoedAsync(socket, client, web, "rule present", expected: true, ct);
        await _rules.RemoveAsync("open", ct);
        await EchoedAsync(socket, client, web, "rule removed", expected: false, ct);
        await _rules.ImportAsync(["open.yaml"], ct);
        await EchoedAsync(socket, client, web, "rule back", expected: true, ct);
        await _rules.RemoveAsync("open", ct);
    }

    private async Task EchoedAsync(Socket socket, Place client, Place web, string what, bool expected, CancellationToken ct)
    {
        events.Clear();
        var echoed = false;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        // TCP repeats what was lost: give a connection that is allowed again time for its next repetition.
        deadline.CancelAfter(expected ? TimeSpan.FromSeconds(5) : TimeSpan.FromMilliseconds(500));
        try
        {
            await socket.SendAsync("x"u8.ToArray(), deadline.Token);
            echoed = await socket.ReceiveAsync(new byte[16], deadline.Token) > 0;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // Nothing came back in time.
        }

        checks.Add(new Check
        {
            From = client.Name, To = web.Name, Port = "8080", Protocol = "TCP", Family = "IPv4",
            Expected = expected ? "allowed" : "denied", Seen = echoed ? "allowed" : "denied", Rule = $"open connection, {what}",
        });
    }

    private async Task CrashAsync(Place client, Place web, CancellationToken ct)
    {
        say("The agent is killed with -9 and started again during a transfer");
        var (sent, received, same) = await Transfer.RunAsync(web.Namespace, client.Namespace, client.IPv4, 9100, async () =>
        {
            await node.Agent.KillAsync(ct);
            await node.StartAgentAsync(ct);
        }, ct);
        checks.Add(new Check
        {
            From = web.Name, To = client.Name, Port = "9100", Protocol = "TCP", Family = "IPv4", Expected = "allowed",
            Seen = same && sent == received ? "allowed" : "damaged",
            Rule = string.Create(CultureInfo.InvariantCulture, $"transfer over kill -9: {sent >> 20} MiB sent, {received >> 20} MiB received, hash {(same ? "equal" : "differs")}"),
        });
        await checks.TcpAsync(client, web, 80, v6: false, allowed: true, ct);
        await checks.TcpAsync(client, web, 443, v6: true, allowed: false, ct);
    }

    private async Task<Place> PodAsync(string name, IReadOnlyList<string> labels, CancellationToken ct)
    {
        var pod = await node.AddPodAsync(name, labels, ct);
        _pods[name] = pod;
        return new Place(name, pod.Namespace, pod.IPv4, pod.IPv6);
    }

    private Place AddWorldAddress(string name, string ipv4, string ipv6)
    {
        var place = new Place(name, node.Network.World, System.Net.IPAddress.Parse(ipv4), System.Net.IPAddress.Parse(ipv6));
        using var netlink = RouteNetlink.Open(node.Network.World);
        var device = netlink.FindLink("eth0")!.Index;
        netlink.AddAddress(device, place.IPv4, 24);
        netlink.AddAddress(device, place.IPv6, 64);
        return place;
    }
}
