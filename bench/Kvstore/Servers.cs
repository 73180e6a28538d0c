using Cilium.Framework.Kvstore.Consul;
using Cilium.Framework.Kvstore.Etcd;
using Cilium.Framework.Lab.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cilium.Framework.Kvstore.Bench;

/// <summary>Real servers with one member on loopback, and the plugins' stores over them.</summary>
internal static class Servers
{
    public static async Task<IKvstore> OpenEtcdAsync(Uri server) => await StartAsync(new EtcdKvstore(new() { Endpoints = [server] }, TimeProvider.System, NullLoggerFactory.Instance));

    public static async Task<IKvstore> OpenConsulAsync(Uri server) => await StartAsync(new ConsulKvstore(new() { Addresses = [server] }, TimeProvider.System, NullLogger.Instance));

    /// <returns>Null: the machine has none (eng/consul.sh).</returns>
    public static async Task<ConsulCluster?> StartConsulAsync(string folder)
    {
        var program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "servers", "consul", "usr", "bin", "consul"));
        return File.Exists(program) ? await ConsulCluster.StartAsync(new(program, folder), default) : null;
    }

    private static async Task<IKvstore> StartAsync(IKvstore store)
    {
        await store.StartAsync(default);
        return store;
    }
}
