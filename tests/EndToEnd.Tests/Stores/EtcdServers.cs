using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Servers;

namespace Cilium.Framework.EndToEnd.Tests.Stores;

/// <summary>etcd, of one member or several.</summary>
public sealed class EtcdServers : StoreServers
{
    private const int Lease = 5;

    /// <summary>The first key that does not begin with <see cref="StoreServers.Shared"/> any more.</summary>
    private const string BehindShared = "cilium0";

    private EtcdServers(EtcdCluster cluster) => Cluster = cluster;

    public EtcdCluster Cluster { get; }

    public override IReadOnlyList<string> Settings => ["kvstore.provider=etcd", .. Cluster.Endpoints.Select((endpoint, i) => $"kvstore.etcd.endpoints.{i}={endpoint}"), $"kvstore.lease-ttl={Lease}"];

    public override int GoneWithin => 2 * Lease;

    private EtcdApi Api => Cluster.Members[0].Api;

    public static async Task<StoreServers> StartAsync(LabCluster lab, int members, string folder, CancellationToken ct) =>
        new EtcdServers(await EtcdCluster.StartAsync(folder, new EtcdServerSettings { Members = members, Address = lab.StoreAddress, Namespace = lab.Store }, ct));

    public override Task KillAsync(CancellationToken ct) => Task.WhenAll(Cluster.Members.Select(member => member.KillAsync(ct)));

    public override async Task RunAsync(CancellationToken ct)
    {
        for (var i = 0; i < Cluster.Members.Count; i++)
        {
            if (!Cluster.Members[i].IsRunning)
                Cluster.Start(i);
            else if (Cluster.Members[i].IsHeld)
                Cluster.Members[i].Resume();
        }

        await Cluster.WaitUntilHealthyAsync(ct);
    }

    public override async Task<IReadOnlyDictionary<string, string>> ReadAsync(CancellationToken ct)
    {
        var answer = await Api.PostAsync("kv/range", $$"""{"key":"{{Encode(Shared)}}","range_end":"{{Encode(BehindShared)}}"}""", ct);
        return (answer["kvs"]?.AsArray() ?? []).ToDictionary(entry => Decode((string?)entry!["key"]), entry => Decode((string?)entry!["value"]));
    }

    public override async Task WriteAsync(string key, string value, CancellationToken ct) =>
        await Api.PostAsync("kv/put", $$"""{"key":"{{Encode(key)}}","value":"{{Encode(value)}}"}""", ct);

    public override async Task DeleteAsync(string key, CancellationToken ct) =>
        Assert.Equal("1", (string?)(await Api.PostAsync("kv/deleterange", $$"""{"key":"{{Encode(key)}}"}""", ct))["deleted"]);

    public override Task DeleteAllAsync(CancellationToken ct) => Api.DeleteAllAsync(ct);

    public override void Dispose() => Cluster.Dispose();
}
