using System.Text;
using Cilium.Framework.Kvstore.Etcd.Tests;
using Cilium.Framework.Lab.Servers;

namespace Cilium.Framework.Operator.Tests;

/// <summary>Operators over a real etcd.</summary>
[Trait("Needs", "Root")]
public sealed class CollectionTests : IAsyncLifetime
{
    private const string Numbers = "cilium/state/identities/v1/id/";
    private const string Uses = "cilium/state/identities/v1/value/";
    private const string Collected = "cilium/framework/v1/identities/collected/";
    private const string Turn = "cilium/framework/v1/identities/collection";
    private readonly TemporaryFolder _folder = new();
    private readonly List<OperatorProcess> _operators = [];
    private EtcdCluster _etcd = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        RequireEtcd.Now();
        _etcd = await EtcdCluster.StartAsync(Directory.CreateDirectory(_folder["etcd"]).FullName, new EtcdServerSettings(), Stop);
    }

    public ValueTask DisposeAsync()
    {
        _operators.ForEach(process => process.Dispose());
        _etcd?.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Numbers_that_nobody_uses_are_collected_again_and_again_and_those_in_use_stay()
    {
        await PutAsync(Numbers + "300", "k8s:app=gone;");
        await PutAsync(Numbers + "301", "k8s:app=web;");
        await PutAsync(Uses + "k8s:app=web;/192.0.2.1", "301");
        var process = Start("one", interval: 1);

        await GoneAsync("300");
        await PutAsync(Numbers + "302", "k8s:app=gone-too;");
        await GoneAsync("302");

        Assert.Equal("k8s:app=web;", await GetAsync(Numbers + "301"));
        // An agent that sees a number vanish asks here whether it was lost.
        Assert.NotNull(await GetAsync(Collected + "300"));
        var (status, said) = await process.StopAsync();
        Assert.Equal(0, status);
        Assert.Contains("The operator default/one is at work.", said, StringComparison.Ordinal);
        Assert.Contains("Removed 1 identity numbers that no node uses.", said, StringComparison.Ordinal);
        Assert.Contains("The operator has stopped, as it was asked to.", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_operators_one_has_the_turn()
    {
        await PutAsync(Numbers + "300", "k8s:app=gone;");
        var first = Start("one", interval: 600);
        await GoneAsync("300");
        await PutAsync(Numbers + "301", "k8s:app=gone-too;");
        var second = Start("two", interval: 600);

        await second.SaysAsync("Identity numbers are not collected here: somebody else has the turn.");

        Assert.Equal("cilium-operator default/one", await GetAsync(Turn));
        Assert.NotNull(await GetAsync(Numbers + "301"));
        Assert.Equal((0, 0), ((await first.StopAsync()).Status, (await second.StopAsync()).Status));
    }

    [Fact]
    public async Task When_one_dies_another_has_the_next_turn()
    {
        var first = Start("one", interval: 2);
        await Eventually.TrueAsync(async () => await GetAsync(Turn) == "cilium-operator default/one", "the first has the turn", 30);
        var second = Start("two", interval: 2);
        await second.SaysAsync("is at work.");
        await first.KillAsync();
        await PutAsync(Numbers + "300", "k8s:app=gone;");

        await GoneAsync("300");

        await second.SaysAsync("Removed 1 identity numbers that no node uses.");
    }

    [Fact]
    public async Task An_operator_that_starts_without_its_store_says_so_and_goes_on_when_the_store_is_there()
    {
        await PutAsync(Numbers + "300", "k8s:app=gone;");
        await _etcd.Members[0].KillAsync(Stop);
        var process = Start("one", interval: 1);
        await process.SaysAsync($"Waiting for the store; what has to be done is done when it answers. etcd: 0/1 connected: {_etcd.Endpoints[0]}: ");
        await process.SaysAsync("The operator default/one is at work.");

        _etcd.Start(0);
        await _etcd.WaitUntilHealthyAsync(Stop);

        await GoneAsync("300");
        await process.SaysAsync($"The store answers. etcd: 1/1 connected: {_etcd.Endpoints[0]}");
        Assert.Equal(0, (await process.StopAsync()).Status);
    }

    [Fact]
    public async Task An_operator_that_waits_for_its_store_ends_when_it_is_told_to()
    {
        await _etcd.Members[0].KillAsync(Stop);
        var process = Start("one", interval: 600);
        await process.SaysAsync("Identity numbers cannot be collected now; next attempt in 00:00:10: kvstore etcd: a lease cannot be granted: ");
        Assert.Equal(0, (await process.StopAsync()).Status);
    }

    private OperatorProcess Start(string name, int interval)
    {
        var process = OperatorProcess.Start(
            _folder, name, "--set", "kvstore.provider=etcd", "--set", $"kvstore.etcd.endpoints.0={_etcd.Endpoints[0]}", "--set", $"operator.identity-gc-interval={interval}");
        _operators.Add(process);
        return process;
    }

    private Task GoneAsync(string number) => Eventually.TrueAsync(async () => await GetAsync(Numbers + number) is null, $"the number {number} is collected", 30);

    private async Task PutAsync(string key, string value) => await _etcd.Members[0].Api.PostAsync("kv/put", $$"""{"key":"{{Encode(key)}}","value":"{{Encode(value)}}"}""", Stop);

    private async Task<string?> GetAsync(string key)
    {
        var answer = await _etcd.Members[0].Api.PostAsync("kv/range", $$"""{"key":"{{Encode(key)}}"}""", Stop);
        return answer["kvs"] is { } found ? Encoding.UTF8.GetString(Convert.FromBase64String((string?)found[0]!["value"] ?? "")) : null;
    }

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
