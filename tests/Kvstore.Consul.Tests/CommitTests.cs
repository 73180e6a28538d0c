using System.Text;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore.Consul.Tests.Servers;

namespace Cilium.Framework.Kvstore.Consul.Tests;

[Trait("Needs", "Root")]
public sealed class CommitTests(OneServer server) : IClassFixture<OneServer>, IAsyncLifetime
{
    private ConsulKvstore _store = null!;
    private ConsulKvstore _other = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await server.EmptyAsync();
        (_store, _other) = (server.NewStore(), server.NewStore());
        await _store.StartAsync(Stop);
        await _other.StartAsync(Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Fact]
    public async Task Of_two_nodes_that_ask_for_an_empty_prefix_exactly_one_succeeds()
    {
        for (var round = 0; round < 50; round++)
        {
            var folder = $"labels/{round}/";
            var results = await Task.WhenAll(new[] { _store, _other }.Select((store, node) => Task.Run(() => ClaimAsync(store, folder, $"node{node}"))));
            Assert.Single(results, result => result.Succeeded);
            Assert.Single(await _store.ListAsync(folder, Stop));
        }
    }

    [Fact]
    public async Task Who_died_after_looking_at_a_prefix_holds_nobody_up()
    {
        Assert.True((await ClaimAsync(_store, "labels/", "a")).Succeeded);
        await _store.DisposeAsync();
        Assert.False((await ClaimAsync(_other, "labels/", "b")).Succeeded);
        await _other.CommitAsync([], [new KvOperation.Delete("labels/a")], Stop);
        Assert.True((await ClaimAsync(_other, "labels/", "b")).Succeeded);
    }

    [Fact]
    public async Task Keys_of_the_plugin_are_shown_to_nobody_and_written_by_nobody()
    {
        await using var watch = _store.WatchAsync("", Stop).GetAsyncEnumerator(Stop);
        Assert.True((await ClaimAsync(_store, "", "a")).Succeeded);
        Assert.Contains(PrivateKeys.Prefix, await server.Cluster.Client.GetStringAsync(new Uri(server.Cluster.Addresses[0], "/v1/kv/?keys"), Stop), StringComparison.Ordinal);
        Assert.Equal(["a"], (await _store.ListAsync("", Stop)).Select(entry => entry.Key));
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal((KvEventKind.Created, "a"), (watch.Current.Kind, watch.Current.Key));
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(KvEventKind.ListDone, watch.Current.Kind);
        var refusal = await Assert.ThrowsAsync<CiliumException>(async () => await _store.CommitAsync([], [Put(".cilium-framework/x", "1")], Stop));
        Assert.Equal((ErrorKind.Invalid, "kvstore consul: key \".cilium-framework/x\" is not accepted: the plugin keeps keys below .cilium-framework/ for itself. Nothing was changed."), (refusal.Kind, refusal.Message));
    }

    [Fact]
    public async Task The_same_value_again_is_a_new_revision_and_an_event()
    {
        await using var watch = _other.WatchAsync("a", Stop).GetAsyncEnumerator(Stop);
        Assert.True(await watch.MoveNextAsync());
        var revisions = new List<ulong>();
        for (var round = 0; round < 3; round++)
        {
            revisions.Add((await _store.CommitAsync([], [Put("a", "1")], Stop)).Revision);
            Assert.True(await watch.MoveNextAsync());
            Assert.Equal(revisions[^1], watch.Current.Revision);
        }

        Assert.Equal(revisions.Distinct().Order(), revisions);
    }

    [Fact]
    public async Task Revisions_grow_over_deletion_and_creation()
    {
        var first = await _store.CommitAsync([], [Put("a", "1")], Stop);
        var deleted = await _store.CommitAsync([new KvCondition.RevisionEquals("a", first.Revision)], [new KvOperation.Delete("a")], Stop);
        var again = await _store.CommitAsync([new KvCondition.KeyAbsent("a")], [Put("a", "1")], Stop);
        Assert.True(first.Revision < deleted.Revision && deleted.Revision < again.Revision, $"{first}, {deleted}, {again}");
    }

    [Theory]
    [InlineData("w/../q")]
    [InlineData("w/./r")]
    [InlineData("..")]
    [InlineData("a b%25?c=d&e#f+g")]
    [InlineData("a//b/")]
    [InlineData("\"\\\u0001\u00e4\U0001F600")]
    public async Task Any_text_is_a_key(string key)
    {
        Assert.True((await _store.CommitAsync([new KvCondition.KeyAbsent(key)], [Put(key, "1")], Stop)).Succeeded);
        Assert.Equal(key, (await _store.GetAsync(key, Stop))?.Key);
        Assert.Equal([key], (await _store.ListAsync(key, Stop)).Select(entry => entry.Key));
        Assert.False((await ClaimAsync(_store, key, "x")).Succeeded);
        Assert.Null(await _store.GetAsync(key + "x", Stop));
    }

    [Fact]
    public async Task The_largest_value_is_accepted_and_one_byte_more_is_not()
    {
        var largest = new byte[_store.Limits.MaxValueBytes];
        Random.Shared.NextBytes(largest);
        await _store.CommitAsync([], [new KvOperation.Put("a", largest)], Stop);
        Assert.Equal(largest, (await _other.GetAsync("a", Stop))!.Value.ToArray());
        var refusal = await Assert.ThrowsAsync<CiliumException>(async () => await _store.CommitAsync([], [new KvOperation.Put("a", new byte[largest.Length + 1])], Stop));
        Assert.Equal((ErrorKind.Invalid, "kvstore consul: the value of key \"a\" has 262145 bytes. Accepted: at most 262144. Nothing was changed."), (refusal.Kind, refusal.Message));
    }

    [Fact]
    public async Task Conditions_and_operations_share_one_transaction()
    {
        KvCondition[] conditions = [.. Enumerable.Range(0, 32).Select(i => new KvCondition.KeyAbsent($"none/{i}"))];
        KvOperation[] operations = [.. Enumerable.Range(0, 32).Select(i => Put($"key/{i}", "1"))];
        Assert.True((await _store.CommitAsync(conditions, operations, Stop)).Succeeded);
        Assert.True((await _store.CommitAsync(conditions, operations, Stop)).Succeeded);
        var refusal = await Assert.ThrowsAsync<CiliumException>(async () => await _store.CommitAsync([.. conditions, new KvCondition.KeyAbsent("x")], operations, Stop));
        Assert.Equal(ErrorKind.Invalid, refusal.Kind);
    }

    [Fact]
    public async Task Writers_of_full_commits_overtake_each_other_and_none_is_lost()
    {
        await Task.WhenAll(new[] { _store, _other, _store, _other }.Select((store, writer) => Task.Run(async () =>
        {
            for (var round = 0; round < 5; round++)
                Assert.True((await store.CommitAsync([], [.. Enumerable.Range(0, 64).Select(i => Put($"key/{i}", $"{writer}"))], Stop)).Succeeded);
        })));
        var entries = await _store.ListAsync("key/", Stop);
        Assert.Equal(64, entries.Count);
        Assert.Single(entries.Select(entry => (entry.Revision, Encoding.UTF8.GetString(entry.Value.Span))).Distinct());
    }

    private static Task<KvCommitResult> ClaimAsync(ConsulKvstore store, string prefix, string name) =>
        store.CommitAsync([new KvCondition.PrefixEmpty(prefix)], [Put(prefix + name, "256")], Stop).AsTask();

    private static KvOperation Put(string key, string value) => new KvOperation.Put(key, Encoding.UTF8.GetBytes(value));
}
