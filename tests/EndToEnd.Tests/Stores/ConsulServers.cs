using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Cilium.Framework.Kvstore.Consul.Tests.Servers;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Servers;

namespace Cilium.Framework.EndToEnd.Tests.Stores;

/// <summary>One Consul server.</summary>
public sealed class ConsulServers : StoreServers
{
    /// <summary>Consul accepts none that is shorter, and notices its end when twice the time is over.</summary>
    private const int Lease = 10;

    private const int MostAtOnce = 64;

    private readonly ConsulCluster _cluster;

    private ConsulServers(ConsulCluster cluster) => _cluster = cluster;

    public override IReadOnlyList<string> Settings => ["kvstore.provider=consul", $"kvstore.consul.address={_cluster.Addresses[0].AbsoluteUri.TrimEnd('/')}", $"kvstore.lease-ttl={Lease}"];

    public override int GoneWithin => 4 * Lease;

    public static async Task<StoreServers> StartAsync(LabCluster lab, string folder, CancellationToken ct) =>
        new ConsulServers(await ConsulCluster.StartAsync(new(RequireConsul.Program(), folder) { Address = lab.StoreAddress, NetworkNamespace = lab.Store }, ct));

    public override Task KillAsync(CancellationToken ct) => _cluster.KillAsync(0, ct);

    public override async Task RunAsync(CancellationToken ct)
    {
        if (!_cluster.IsRunning(0))
            _cluster.Start(0);
        await _cluster.WaitUntilReadyAsync(ct);
    }

    public override async Task<IReadOnlyDictionary<string, string>> ReadAsync(CancellationToken ct)
    {
        using var answer = await _cluster.Client.GetAsync(Path(Shared, "?recurse"), ct);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return new Dictionary<string, string>();
        answer.EnsureSuccessStatusCode();
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(ct))!.AsArray().ToDictionary(entry => (string)entry!["Key"]!, entry => Decode((string?)entry!["Value"]));
    }

    public override async Task WriteAsync(string key, string value, CancellationToken ct)
    {
        using var body = new ByteArrayContent(Encoding.UTF8.GetBytes(value));
        using var answer = await _cluster.Client.PutAsync(Path(key), body, ct);
        answer.EnsureSuccessStatusCode();
    }

    public override string LabelsOf(string labels) => Encode(labels).Replace('+', '-').Replace('/', '_');

    public override async Task DeleteAsync(string key, CancellationToken ct)
    {
        Assert.Contains(key, await ReadAsync(ct));
        await DeleteAsync(Path(key), ct);
    }

    /// <summary>As many at once as Consul allows. Key by key: whoever waits for a folder in which something was deleted before is not told by Consul 1.8 that a folder around it is deleted.</summary>
    public override async Task DeleteAllAsync(CancellationToken ct)
    {
        foreach (var keys in (await ReadAsync(ct)).Keys.Chunk(MostAtOnce))
        {
            var deletions = new JsonArray([.. keys.Select(key => new JsonObject { ["KV"] = new JsonObject { ["Verb"] = "delete", ["Key"] = key } })]);
            using var body = new ByteArrayContent(Encoding.UTF8.GetBytes(deletions.ToJsonString()));
            using var answer = await _cluster.Client.PutAsync(new Uri(_cluster.Addresses[0], "/v1/txn"), body, ct);
            answer.EnsureSuccessStatusCode();
        }
    }

    public override void Dispose() => _cluster.Dispose();

    private async Task DeleteAsync(Uri path, CancellationToken ct)
    {
        using var answer = await _cluster.Client.DeleteAsync(path, ct);
        answer.EnsureSuccessStatusCode();
    }

    private Uri Path(string key, string query = "") => new(_cluster.Addresses[0], $"/v1/kv/{string.Join('/', key.Split('/').Select(Uri.EscapeDataString))}{query}");
}
