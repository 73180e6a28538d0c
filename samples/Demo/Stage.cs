using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Servers;

namespace Cilium.Framework.Demo;

/// <summary>The nodes of the demo with their agents, and the server that they share. Everything is removed on disposal; the folder is the caller's.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private const int Count = 3;
    private readonly IAsyncDisposable _lab;
    private readonly IDisposable? _server;

    private Stage(IReadOnlyList<LabNode> nodes, IAsyncDisposable lab, IDisposable? server) => (Nodes, _lab, _server) = (nodes, lab, server);

    /// <summary>One, or several that share a store.</summary>
    public IReadOnlyList<LabNode> Nodes { get; }

    /// <param name="options">Which profile.</param>
    /// <param name="name">Prefix of every namespace.</param>
    /// <param name="folder">For state, sockets and logs.</param>
    /// <param name="ct">Gives up and removes what was built.</param>
    /// <exception cref="LabException">Something did not start, or there is no program for it.</exception>
    public static async Task<Stage> StartAsync(DemoOptions options, string name, string folder, CancellationToken ct)
    {
        if (options.Profile == DemoOptions.OneNode)
        {
            var node = await LabNode.StartAsync(name, options.Layout, folder, [], ct);
            return new([node], node, null);
        }

        var lab = LabCluster.Create(name);
        IDisposable? server = null;
        try
        {
            (server, var address) = await StartServerAsync(options.Profile, lab, Directory.CreateDirectory(Path.Combine(folder, "server")).FullName, ct);
            await lab.StartNodesAsync(Count, options.Layout, folder, [$"profile={options.Profile}", address], ct);
            return new(lab.Nodes, lab, server);
        }
        catch
        {
            await lab.DisposeAsync();
            server?.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _lab.DisposeAsync();
        _server?.Dispose();
    }

    /// <returns>The server, and the setting that says where it is.</returns>
    private static async Task<(IDisposable Server, string Address)> StartServerAsync(string profile, LabCluster lab, string folder, CancellationToken ct)
    {
        if (profile == DemoOptions.Etcd)
        {
            var etcd = await EtcdCluster.StartAsync(folder, new EtcdServerSettings { Address = LabCluster.StoreIPv4, Namespace = lab.Store }, ct);
            return (etcd, $"kvstore.etcd.endpoints.0={etcd.Endpoints[0]}");
        }

        var program = ConsulProgram.Find() ?? throw new LabException(ConsulProgram.WhyMissing() ?? "Consul was not found: run eng/consul.sh.");
        var consul = await ConsulCluster.StartAsync(new ConsulOptions(program, folder) { Address = LabCluster.StoreIPv4, NetworkNamespace = lab.Store }, ct);
        return (consul, $"kvstore.consul.address={consul.Addresses[0].AbsoluteUri.TrimEnd('/')}");
    }
}
