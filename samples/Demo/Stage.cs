using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Servers;

namespace Cilium.Framework.Demo;

/// <summary>The nodes of the demo with their agents, the server that they share, and the routing daemons beside them. Everything is removed on disposal; the folder is the caller's.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private const int Count = 3;

    /// <summary>Nodes ask each other every second: the demo does not wait for a minute.</summary>
    private static readonly string[] Health = ["health.enabled=true", "health.interval=1"];

    private LabNode? _node;
    private IDisposable? _server;

    private Stage()
    {
    }

    /// <summary>One, or several that share a store.</summary>
    public IReadOnlyList<LabNode> Nodes => Cluster?.Nodes ?? [_node!];

    /// <summary>Null: one node on its own.</summary>
    public LabCluster? Cluster { get; private set; }

    /// <summary>What runs beside the agents; null where nothing does.</summary>
    public BgpMesh? Mesh { get; private set; }

    /// <param name="options">Which profile.</param>
    /// <param name="name">Prefix of every namespace.</param>
    /// <param name="folder">For state, sockets and logs.</param>
    /// <param name="ct">Gives up and removes what was built.</param>
    /// <exception cref="LabException">Something did not start, or there is no program for it.</exception>
    public static async Task<Stage> StartAsync(DemoOptions options, string name, string folder, CancellationToken ct)
    {
        var stage = new Stage();
        try
        {
            if (options.Cluster is { } profile)
                await stage.StartClusterAsync(profile, options.Layout, name, folder, ct);
            else
                stage._node = await LabNode.StartAsync(name, options.Layout, folder, [], ct);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Mesh is not null)
            await Mesh.DisposeAsync();
        if (Cluster is not null)
            await Cluster.DisposeAsync();
        if (_node is not null)
            await _node.DisposeAsync();
        _server?.Dispose();
    }

    private async Task StartClusterAsync(ClusterProfile profile, Layout layout, string name, string folder, CancellationToken ct)
    {
        var servers = Directory.CreateDirectory(Path.Combine(folder, "server")).FullName;
        Cluster = LabCluster.Create(name, new LabCabling { Mtu = DemoCluster.CableMtu, RoutesPods = profile.Between == Between.Network });
        (_server, var address) = await StartServerAsync(profile, Cluster, servers, ct);
        if (profile.Between == Between.KubeRouter)
            Mesh = new BgpMesh(servers, Count);
        await Cluster.StartNodesAsync(Count, layout, folder, [$"profile={profile.Name}", address, .. Health], ct, Mesh is null ? null : Mesh.StartAsync);
    }

    /// <returns>The server, and the setting that says where it is.</returns>
    private static async Task<(IDisposable Server, string Address)> StartServerAsync(ClusterProfile profile, LabCluster lab, string folder, CancellationToken ct)
    {
        if (!profile.HasConsul)
        {
            var etcd = await EtcdCluster.StartAsync(folder, new EtcdServerSettings { Address = LabCluster.StoreIPv4, Namespace = lab.Store }, ct);
            return (etcd, $"kvstore.etcd.endpoints.0={etcd.Endpoints[0]}");
        }

        var program = ConsulProgram.Find() ?? throw new LabException(ConsulProgram.WhyMissing() ?? "Consul was not found: run eng/consul.sh.");
        var consul = await ConsulCluster.StartAsync(new ConsulOptions(program, folder) { Address = LabCluster.StoreIPv4, NetworkNamespace = lab.Store }, ct);
        return (consul, $"kvstore.consul.address={consul.Addresses[0].AbsoluteUri.TrimEnd('/')}");
    }
}
