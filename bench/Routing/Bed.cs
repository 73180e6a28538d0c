using System.Diagnostics;
using System.Globalization;
using System.Net;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Servers;
using Cilium.Framework.Lab.Traffic;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Routing.Bench;

/// <summary>Two nodes with their agents and an etcd on a segment that knows no pod, a pod on each, and a second way between the pods that is the kernel's alone.</summary>
internal sealed class Bed : IAsyncDisposable
{
    /// <summary>The one port that the policy of the receiver opens.</summary>
    public const int Port = 5201;

    private const string Policy = """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: { name: bench }
        spec:
          endpointSelector: { matchLabels: { "k8s:app": server } }
          ingress:
          - fromEndpoints:
            - matchLabels: { "k8s:app": client }
            toPorts:
            - ports: [ { port: "5201", protocol: TCP }, { port: "5201", protocol: UDP } ]
        """;

    private readonly LabCluster _lab;
    private EtcdCluster? _etcd;

    private Bed(LabCluster lab) => _lab = lab;

    public NetworkNamespace Client { get; private set; } = null!;

    public NetworkNamespace Server { get; private set; } = null!;

    /// <summary>The receiver, the way that the agents made.</summary>
    public IPAddress Ours { get; private set; } = IPAddress.None;

    /// <summary>The same receiver, the kernel's way.</summary>
    public static IPAddress Plain => PlainPath.PodAddress(2);

    /// <summary>Settings that choose it.</summary>
    public static IReadOnlyList<string> Routing(bool isTunnel) => isTunnel ? ["routing.provider=tunnel"] : ["routing.provider=direct", "routing.direct.auto-direct-node-routes=true"];

    /// <param name="routing">vxlan or direct.</param>
    /// <param name="layout">Where the programs lie.</param>
    /// <param name="folder">For state and logs.</param>
    public static async Task<Bed> BuildAsync(string routing, Layout layout, string folder)
    {
        var bed = new Bed(LabCluster.Create(string.Create(CultureInfo.InvariantCulture, $"rb{Environment.ProcessId}"), new LabCabling { RoutesPods = false }));
        try
        {
            await bed.StartAsync(routing == "vxlan", layout, folder);
            return bed;
        }
        catch
        {
            await bed.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _lab.DisposeAsync();
        _etcd?.Dispose();
    }

    private async Task StartAsync(bool isTunnel, Layout layout, string folder)
    {
        _etcd = await EtcdCluster.StartAsync(Directory.CreateDirectory(Path.Combine(folder, "etcd")).FullName, new EtcdServerSettings { Address = LabCluster.StoreIPv4, Namespace = _lab.Store }, default);
        await _lab.StartNodesAsync(2, layout, folder,
            ["kvstore.provider=etcd", $"kvstore.etcd.endpoints.0={_etcd.Endpoints[0]}", .. Routing(isTunnel)], default);
        foreach (var node in _lab.Nodes)
            await node.Agent.Client.PutPolicyAsync(Policy);
        var client = await _lab.Nodes[0].AddPodAsync("client", ["k8s:app=client"], default);
        var server = await _lab.Nodes[1].AddPodAsync("server", ["k8s:app=server"], default);
        (Client, Server, Ours) = (client.Namespace, server.Namespace, server.IPv4);
        PlainPath.Lay(_lab.World, [(_lab.Nodes[0], client), (_lab.Nodes[1], server)], isTunnel);
        await using var echo = new EchoServer(Server, Port);
        foreach (var way in (IPAddress[])[Ours, Plain])
            await ReachAsync(way);
    }

    /// <summary>The nodes learn of each other's pods on the way; until then packets are dropped.</summary>
    private async Task ReachAsync(IPAddress way)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await Probe.TcpAsync(Client, way, Port, TimeSpan.FromSeconds(1), default))
        {
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(30))
                throw new LabException($"No way from the client to {way}. The receiver's node says:\n{_lab.Nodes[1].LogTail()}");
        }
    }
}
