using System.Diagnostics;
using System.Text;
using Cilium.Framework.Errors;
using Cilium.Framework.Lab.Servers;

namespace Cilium.Framework.Kvstore.Etcd.Tests;

[Trait("Needs", "Root")]
public sealed class CallTests(EtcdFixture servers) : IClassFixture<EtcdFixture>, IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await servers.CleanAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Reading_and_writing_are_one_request_each()
    {
        var calls = new CallCounter();
        await using var store = await servers.OpenAsync(interceptor: calls);
        await Eventually.TrueAsync(() => calls.Sent.Count >= 3, "the greeting of the start");
        await store.PutAsync("warm", "");
        var before = calls.Sent.Count;
        await store.CommitAsync([new KvCondition.KeyAbsent("a"), new KvCondition.PrefixEmpty("b/")], [Stores.Put("a", "1"), Stores.Put("b/1", "2"), new KvOperation.Delete("c")], Stores.Stop);
        await store.GetAsync("a", Stores.Stop);
        await store.ListAsync("b/", Stores.Stop);
        Assert.Equal(["Txn", "Range", "Range"], calls.Sent.Skip(before));
    }

    [Fact]
    public async Task A_list_of_more_than_one_answer_is_complete_and_in_ordinal_order()
    {
        await using var store = await servers.OpenAsync();
        var keys = Enumerable.Range(0, 101_000).Select(i => $"many/{i:000000}").Concat(["many/\U0001F600", "many/\uFFFD"]).ToArray();
        await Bulk.WriteAsync(store, keys, 60);
        var listed = await store.ListAsync("many/", Stores.Stop);
        Assert.Equal(keys, listed.Select(entry => entry.Key));
        Assert.All(listed, entry => Assert.Equal(60, entry.Value.Length));
    }

    [Fact]
    public async Task Keys_of_others_that_are_no_text_are_not_shown()
    {
        await servers.Cluster.Members[0].Api.PostAsync("kv/put", $$"""{"key":"{{Convert.ToBase64String([(byte)'a', 0xff])}}","value":"eA=="}""", Stores.Stop);
        await using var store = await servers.OpenAsync();
        await store.PutAsync("a", "1");
        Assert.Equal(["a"], (await store.ListAsync("", Stores.Stop)).Select(entry => entry.Key));
    }

    [Fact]
    public async Task Too_many_conditions_are_refused()
    {
        await using var store = await servers.OpenAsync();
        var error = await Assert.ThrowsAsync<CiliumException>(async () =>
            await store.CommitAsync([.. Enumerable.Range(0, 129).Select(i => new KvCondition.KeyAbsent($"k{i}"))], [Stores.Put("a", "1")], Stores.Stop));
        Assert.Equal((ErrorKind.Invalid, "kvstore etcd: a commit of 129 conditions is not accepted. Accepted: at most 128. Nothing was changed."), (error.Kind, error.Message));
        Assert.True((await store.CommitAsync([.. Enumerable.Range(0, 128).Select(i => new KvCondition.KeyAbsent($"k{i}"))], [Stores.Put("a", "1")], Stores.Stop)).Succeeded);
    }

    [Fact]
    public async Task What_the_server_finds_too_large_is_refused_with_its_reason()
    {
        using var folder = new TemporaryFolder();
        using var small = await EtcdCluster.StartAsync(folder.Path, new() { Arguments = ["--max-request-bytes=1000"] }, Stores.Stop);
        await using var store = await Stores.OpenAsync(Stores.SettingsOf(small));
        Assert.Equal(
            (ErrorKind.Invalid, $"kvstore etcd: key a cannot be written: {small.Endpoints[0]}: the server refuses it as too large (etcdserver: request is too large). Raise its --max-request-bytes to 1572864 or more. Nothing was changed."),
            await store.WriteFailureAsync("a", new string('x', 1100)));
        Assert.Null(await store.ReadAsync("a"));
    }

    [Fact]
    public async Task A_dead_first_endpoint_is_passed_over()
    {
        var settings = servers.Settings with { Endpoints = [new("http://127.0.0.1:1"), .. servers.Settings.Endpoints] };
        // Each begins somewhere; of so many, some begin with the dead one.
        for (var i = 0; i < 12; i++)
        {
            await using var store = await servers.OpenAsync(settings);
            Assert.True((await store.PutAsync($"a{i}", "1")).Succeeded);
            Assert.Equal(new KvstoreStatus(true, $"etcd: 1/2 connected: http://127.0.0.1:1: connection refused; {servers.Cluster.Endpoints[0]} - 3.4.23 (Leader); has quorum"), await store.GetStatusAsync(Stores.Stop));
        }
    }

    [Fact]
    public async Task Nobody_there_is_told_in_calls_and_status()
    {
        await using var store = await Stores.OpenAsync(new() { Endpoints = [new("http://127.0.0.1:1")] });
        Assert.Equal((ErrorKind.Unavailable, "kvstore etcd: key a cannot be written: http://127.0.0.1:1: connection refused. Nothing was changed."), await store.WriteFailureAsync());
        var status = await store.GetStatusAsync(Stores.Stop);
        Assert.Equal(
            new KvstoreStatus(false, "etcd: 0/1 connected: http://127.0.0.1:1: connection refused; no quorum: kvstore etcd: key cilium/.heartbeat cannot be read: http://127.0.0.1:1: connection refused. Nothing was changed."), status);
    }

    [Fact]
    public async Task A_held_server_fails_calls_at_their_deadline_and_serves_again_when_it_goes_on()
    {
        await using var store = await servers.OpenAsync(servers.Settings with { CallTimeout = TimeSpan.FromSeconds(1) });
        await store.PutAsync("a", "1");
        servers.Cluster.Members[0].Pause();
        var started = Stopwatch.GetTimestamp();
        var (kind, text) = await store.WriteFailureAsync("a", "2");
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0.9, 3);
        Assert.Equal((ErrorKind.Unavailable, $"kvstore etcd: key a cannot be written: {servers.Cluster.Endpoints[0]}: no answer within 1 s. It may or may not have been carried out."), (kind, text));
        started = Stopwatch.GetTimestamp();
        var status = await store.GetStatusAsync(Stores.Stop);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0.9, 5);
        Assert.StartsWith($"etcd: 0/1 connected: {servers.Cluster.Endpoints[0]}: no answer within 2 s; no quorum: ", status.Message, StringComparison.Ordinal);
        Assert.False(status.IsReachable);
        servers.Cluster.Members[0].Resume();
        await store.UntilWrittenAsync("a", "3");
        Assert.Equal("3", await store.ReadAsync("a"));
    }

    [Fact]
    public async Task A_fake_server_that_says_3_0_0_is_refused_in_every_call()
    {
        await using var fake = await FakeOldServer.StartAsync();
        await using var store = await Stores.OpenAsync(new() { Endpoints = [new(fake.Address)] });
        const string Cause = "the server is etcd \"3.0.0\". Accepted: 3.4 or newer. Upgrade it";
        var expected = (ErrorKind.Unsupported, $"kvstore etcd: key a cannot be read: {fake.Address}: {Cause}. Nothing was changed.");
        Assert.Equal(expected, await store.ReadFailureAsync());
        Assert.Equal(expected, await store.ReadFailureAsync());
        Assert.Equal(ErrorKind.Unsupported, (await store.WriteFailureAsync()).Kind);
        Assert.StartsWith($"etcd: 0/1 connected: {fake.Address}: {Cause}; no quorum: ", (await store.GetStatusAsync(Stores.Stop)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_is_given_up_ends_with_the_caller_s_token()
    {
        await using var store = await servers.OpenAsync();
        await store.PutAsync("a", "1");
        servers.Cluster.Members[0].Pause();
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.GetAsync("a", cancel.Token));
        Assert.Equal(cancel.Token, error.CancellationToken);
    }

    [Fact]
    public async Task A_value_is_what_was_written_also_when_it_is_not_text()
    {
        await using var store = await servers.OpenAsync();
        byte[] bytes = [0, 255, 128, .. Encoding.UTF8.GetBytes("x")];
        await store.CommitAsync([], [new KvOperation.Put("a", bytes)], Stores.Stop);
        Assert.Equal(bytes, (await store.GetAsync("a", Stores.Stop))!.Value.ToArray());
    }
}
