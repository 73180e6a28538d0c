using System.Net;
using System.Text;
using Cilium.Framework.Agent.Api;
using Cilium.Framework.Client;
using Cilium.Framework.Conformance.References;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Cilium.Framework.Agent.Tests.Api;

/// <summary>The store through the API, over a real socket with the agent's own client.</summary>
public sealed class KvstoreRoutesTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly MemoryKvstore _store = new();
    private readonly CiliumClient _client;
    private WebApplication _server = null!;

    public KvstoreRoutesTests() => _client = new(_folder["api.sock"]);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ServeAsync(_store);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    private async ValueTask ServeAsync(IKvstore store)
    {
        var services = new ApiServices
        {
            Endpoints = null!, Identities = null!, Ipam = null!, Policies = null!, Kvstore = new SharedKeys(store, "memory", TimeProvider.System), Events = null!, Tables = null!,
            Time = TimeProvider.System, Status = null!, Health = null!, Configuration = null!, RouteLedger = null!, Mtu = null!, RouteExchange = null!, Plugins = [], ConfigurationValues = [], Stopping = default,
        };
        _server = ApiServer.Create(_folder["api.sock"], services, NullLoggerFactory.Instance);
        await _server.StartAsync(Cancelled);
    }

    private async Task PutAsync(string key, byte[] value) => await _store.CommitAsync([], [new KvOperation.Put(key, value)], Cancelled);

    private static async Task RefusedAsync(HttpStatusCode status, string text, Func<Task> ask)
    {
        var refusal = await Assert.ThrowsAsync<ApiException>(ask);
        Assert.Equal((status, text), (refusal.Status, refusal.Message));
    }

    [Fact]
    public async Task What_is_set_can_be_read_and_removed()
    {
        Assert.Equal(1, (await _client.SetKeyAsync("a/b c/ä//", "v=1&x", Cancelled)).Keys);
        Assert.Equal("v=1&x", Encoding.UTF8.GetString((await _store.GetAsync("a/b c/ä//", Cancelled))!.Value.Span));
        var entry = Assert.Single(await _client.GetKeyAsync("a/b c/ä//", Cancelled));
        Assert.Equal(("a/b c/ä//", "v=1&x", null), (entry.Key, entry.Value, entry.ValueBase64));
        Assert.True(entry.Revision > 0);
        Assert.Equal(1, (await _client.DeleteKeyAsync("a/b c/ä//", false, Cancelled)).Keys);
        Assert.Null(await _store.GetAsync("a/b c/ä//", Cancelled));
    }

    [Fact]
    public async Task Keys_that_start_alike_are_read_and_removed_together_and_no_others()
    {
        foreach (var i in Enumerable.Range(0, 150))
            await PutAsync($"a/{i}", [0xff, (byte)i]);
        await PutAsync("b", "1"u8.ToArray());
        var entries = await _client.ListKeysAsync("a/", Cancelled);
        Assert.Equal((150, null, "/wA="), (entries.Count, entries[0].Value, entries[0].ValueBase64));
        Assert.Equal(151, (await _client.ListKeysAsync("", Cancelled)).Count);
        Assert.Empty(await _client.ListKeysAsync("c", Cancelled));
        Assert.Equal(150, (await _client.DeleteKeyAsync("a/", true, Cancelled)).Keys);
        Assert.Equal(["b"], (await _store.ListAsync("", Cancelled)).Select(entry => entry.Key));
    }

    [Fact]
    public async Task A_key_that_does_not_exist_is_not_found()
    {
        const string missing = "The store has no key \"a\". See cilium kvstore get --recursive with the beginning of a key. Nothing was changed.";
        await RefusedAsync(HttpStatusCode.NotFound, missing, () => _client.GetKeyAsync("a", Cancelled));
        await RefusedAsync(HttpStatusCode.NotFound, missing, () => _client.DeleteKeyAsync("a", false, Cancelled));
        await RefusedAsync(HttpStatusCode.NotFound, "No key of the store starts with \"a\". Nothing was changed.", () => _client.DeleteKeyAsync("a", true, Cancelled));
    }

    [Fact]
    public async Task A_key_or_value_that_is_not_accepted_is_refused_in_the_stores_words()
    {
        const string slash = "kvstore memory: key \"/a\" starts with '/'. Accepted: keys without a leading slash. Nothing was changed.";
        await RefusedAsync(HttpStatusCode.BadRequest, slash, () => _client.GetKeyAsync("/a", Cancelled));
        await RefusedAsync(HttpStatusCode.BadRequest, slash, () => _client.ListKeysAsync("/a", Cancelled));
        await RefusedAsync(HttpStatusCode.BadRequest, slash, () => _client.SetKeyAsync("/a", "1", Cancelled));
        await RefusedAsync(HttpStatusCode.BadRequest, slash, () => _client.DeleteKeyAsync("/a", true, Cancelled));
        await RefusedAsync(HttpStatusCode.BadRequest, slash, async () => await _client.WatchKeysAsync("/a", Cancelled).FirstAsync(Cancelled));
        await RefusedAsync(HttpStatusCode.BadRequest, "kvstore memory: the value of key \"a\" has 262145 bytes. Accepted: at most 262144. Nothing was changed.", () => _client.SetKeyAsync("a", new string('x', 262145), Cancelled));
        // Everything is never meant by accident.
        const string none = "key: missing. Accepted: a key of the store, such as cilium/state/nodes/v1/default/NODE. Nothing was changed.";
        await RefusedAsync(HttpStatusCode.BadRequest, none, () => _client.DeleteKeyAsync("", true, Cancelled));
        Assert.Empty(await _store.ListAsync("", Cancelled));
    }

    [Fact]
    public async Task A_watch_tells_what_is_there_and_what_changes()
    {
        await PutAsync("a", [0xff]);
        await using var watch = _client.WatchKeysAsync("a", Cancelled).GetAsyncEnumerator(Cancelled);
        async Task<(string, string, string?, string?)> NextAsync()
        {
            Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancelled));
            return (watch.Current.Kind, watch.Current.Key, watch.Current.Value, watch.Current.ValueBase64);
        }

        Assert.Equal(("created", "a", null, "/w=="), await NextAsync());
        Assert.Equal(("listed", "", null, null), await NextAsync());
        await PutAsync("a", "2"u8.ToArray());
        Assert.Equal(("modified", "a", "2", null), await NextAsync());
        await _store.CommitAsync([], [new KvOperation.Delete("a")], Cancelled);
        Assert.Equal(("deleted", "a", null, null), await NextAsync());
    }

    [Fact]
    public async Task A_store_that_cannot_be_reached_is_503_in_its_own_words()
    {
        await _server.DisposeAsync();
        await ServeAsync(new SilentStore { Failure = new CiliumException(ErrorKind.Unavailable, "kvstore test: nobody listens.") });
        await RefusedAsync(HttpStatusCode.ServiceUnavailable, "kvstore test: nobody listens.", () => _client.GetKeyAsync("a", Cancelled));
        await RefusedAsync(HttpStatusCode.ServiceUnavailable, "kvstore test: nobody listens.", () => _client.SetKeyAsync("a", "1", Cancelled));
        await RefusedAsync(HttpStatusCode.ServiceUnavailable, "kvstore memory: cannot be reached: silent", async () => await _client.WatchKeysAsync("a", Cancelled).FirstAsync(Cancelled));
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_given_up_after_five_seconds()
    {
        var time = new FakeTimeProvider();
        var asked = new SharedKeys(new SilentStore(), "test", time).GetAsync("a", Cancelled);
        time.Advance(TimeSpan.FromSeconds(5));
        var failure = await Assert.ThrowsAsync<CiliumException>(() => asked.WaitAsync(TimeSpan.FromSeconds(30), Cancelled));
        Assert.Equal((ErrorKind.Unavailable, "kvstore test: did not answer within 5 s. Whether a write was carried out is not known. See cilium status, and try again."), (failure.Kind, failure.Message));
    }

    /// <summary>Fails as told, or never answers.</summary>
    private sealed class SilentStore : IKvstore
    {
        public CiliumException? Failure { get; init; }

        public KvstoreCapabilities Capabilities => KvstoreCapabilities.Shared;

        public KvstoreLimits Limits { get; } = new();

        public ValueTask StartAsync(CancellationToken cancellationToken) => default;

        public ValueTask<KvEntry?> GetAsync(string key, CancellationToken cancellationToken) => AnswerAsync<KvEntry?>();

        public ValueTask<IReadOnlyList<KvEntry>> ListAsync(string prefix, CancellationToken cancellationToken) => AnswerAsync<IReadOnlyList<KvEntry>>();

        public ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken) => AnswerAsync<KvCommitResult>();

        public IAsyncEnumerable<KvEvent> WatchAsync(string prefix, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IKvLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken) => AnswerAsync<IKvLease>();

        public ValueTask<KvstoreStatus> GetStatusAsync(CancellationToken cancellationToken) => new(new KvstoreStatus(false, "silent"));

        public ValueTask DisposeAsync() => default;

        private ValueTask<T> AnswerAsync<T>() => Failure is null ? new(new TaskCompletionSource<T>().Task) : ValueTask.FromException<T>(Failure);
    }
}
