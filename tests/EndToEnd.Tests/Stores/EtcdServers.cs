using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Servers;

namespace Cilium.Framework.EndToEnd.Tests.Stores;

/// <summary>One etcd server.</summary>
public sealed class EtcdServers : StoreServers
{
    private const int Lease = 5;

    /// <summary>The first key that does not begin with <see cref="StoreServers.Shared"/> any more.</summary>
    private const string BehindShared = "cilium0";

    private readonly EtcdCluster _cluster;

    private EtcdServers(EtcdCluster cluster) => _cluster = cluster;

    public override IReadOnlyList<string> Settings => ["kvstore.provider=etcd", $"kvstore.etcd.endpoints.0={_cluster.Endpoints[0]}", $"kvstore.lease-ttl={Lease}"];

    public override int GoneWithin => 2 * Lease;

    private EtcdApi Api => _cluster.Members[0].Api;

    public static async Task<StoreServers> StartAsync(LabCluster lab, string folder, CancellationToken ct) =>
        new EtcdServers(await EtcdCluster.StartAsync(folder, new EtcdServerSettings { Address = LabCluster.StoreIPv4, Namespace = lab.Store }, ct));

    public override Task KillAsync(CancellationToken ct) => _cluster.Members[0].KillAsync(ct);

    public override async Task RunAsync(CancellationToken ct)
    {
        if (!_cluster.Members[0].IsRunning)
            _cluster.Start(0);
        await _cluster.WaitUntilHealthyAsync(ct);
    }

    public override async Task<IReadOnlyDictionary<string, string>> ReadAsync(CancellationToken ct)
    {
        var answer = await Api.PostAsync("kv/range", $$"""{"key":"{{Encode(Shared)}}","range_end":"{{Encode(BehindShared)}}"}""", ct);
        return (answer["kvs"]?.AsArray() ?? []).ToDictionary(entry => Decode((string?)entry!["key"]), entry => Decode((string?)entry!["value"]));
    }

    public override async Task DeleteAsync(string key, CancellationToken ct) =>
        Assert.Equal("1", (string?)(await Api.PostAsync("kv/deleterange", $$"""{"key":"{{Encode(key)}}"}""", ct))["deleted"]);

    public override Task DeleteAllAsync(CancellationToken ct) => Api.DeleteAllAsync(ct);

    public override void Dispose() => _cluster.Dispose();
}
