using System.Text;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Kvstore.Embedded.Tests;

public sealed class EmbeddedKvstoreTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private EmbeddedKvstore _store = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _store = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_value_is_read_back_with_the_revision_of_its_commit()
    {
        var committed = await PutAsync("a/b", "1");
        var entry = (await _store.GetAsync("a/b", Stop))!;
        Assert.Equal(("1", committed.Revision), (Text(entry.Value), entry.Revision));
        Assert.Null(await _store.GetAsync("a", Stop));
    }

    [Fact]
    public async Task Every_write_gives_a_key_a_new_revision()
    {
        var first = await PutAsync("a", "1");
        var second = await PutAsync("a", "1");
        Assert.True(second.Revision > first.Revision);
    }

    [Fact]
    public async Task A_prefix_lists_its_keys_in_ordinal_order()
    {
        foreach (var key in (string[])["a/2", "b", "a/10", "a", "a/1", "aa", "a/\uFFFD", "a/\U0001F600"])
            await PutAsync(key, "x");
        Assert.Equal(["a/1", "a/10", "a/2", "a/\U0001F600", "a/\uFFFD"], (await _store.ListAsync("a/", Stop)).Select(entry => entry.Key));
        Assert.Equal(8, (await _store.ListAsync("", Stop)).Count);
        Assert.Empty(await _store.ListAsync("c", Stop));
    }

    public static TheoryData<KvCondition, bool> Conditions => new()
    {
        { new KvCondition.KeyAbsent("there"), false },
        { new KvCondition.KeyAbsent("elsewhere"), true },
        { new KvCondition.KeyExists("there"), true },
        { new KvCondition.KeyExists("elsewhere"), false },
        { new KvCondition.RevisionEquals("there", 1), true },
        { new KvCondition.RevisionEquals("there", 2), false },
        { new KvCondition.RevisionEquals("elsewhere", 0), false },
        { new KvCondition.PrefixEmpty("the"), false },
        { new KvCondition.PrefixEmpty("there/"), true },
        { new KvCondition.PrefixEmpty("a"), true },
        { new KvCondition.PrefixEmpty(""), false },
    };

    [Theory]
    [MemberData(nameof(Conditions))]
    public async Task A_commit_is_carried_out_only_when_its_condition_holds(KvCondition condition, bool holds)
    {
        await PutAsync("there", "1");
        var result = await _store.CommitAsync([condition], [Put("new", "2"), new KvOperation.Delete("there")], Stop);
        Assert.Equal(holds ? new KvCommitResult(true, 2) : default, result);
        Assert.Equal(holds ? ["new"] : ["there"], (await _store.ListAsync("", Stop)).Select(entry => entry.Key));
    }

    [Fact]
    public async Task Deleting_what_does_not_exist_succeeds() =>
        Assert.True((await _store.CommitAsync([], [new KvOperation.Delete("nothing")], Stop)).Succeeded);

    [Fact]
    public async Task Of_many_allocators_that_ask_for_an_empty_prefix_exactly_one_succeeds()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(node => Task.Run(() =>
            _store.CommitAsync([new KvCondition.PrefixEmpty("value/app=web;/")], [Put($"value/app=web;/node{node}", "256")], Stop).AsTask())));
        Assert.Single(results, result => result.Succeeded);
    }

    public static TheoryData<KvOperation[], string> BadCommits => new()
    {
        { [], "kvstore embedded: a commit of 0 operations is not accepted. Accepted: 1..64. Nothing was changed." },
        { [.. Enumerable.Range(0, 65).Select(i => Put($"k{i}", ""))], "kvstore embedded: a commit of 65 operations is not accepted. Accepted: 1..64. Nothing was changed." },
        { [Put("a", ""), new KvOperation.Delete("a")], "kvstore embedded: key \"a\" occurs twice in one commit. Nothing was changed." },
        { [Put("/a", "")], "kvstore embedded: key \"/a\" starts with '/'. Accepted: keys without a leading slash. Nothing was changed." },
        { [Put("", "")], "kvstore embedded: the empty key is not accepted. Nothing was changed." },
        { [Put("a\0b", "")], "kvstore embedded: key \"a\\0b\" contains NUL. Nothing was changed." },
        { [Put(new string('ä', 513), "")], $"kvstore embedded: key \"{string.Concat(Enumerable.Repeat("\\u00e4", 60))}... (513 characters)\" has 1026 bytes. Accepted: at most 1024. Nothing was changed." },
        { [Put("a", new string('x', 524289))], "kvstore embedded: the value of key \"a\" has 524289 bytes. Accepted: at most 524288. Nothing was changed." },
    };

    [Theory]
    [MemberData(nameof(BadCommits))]
    public async Task What_breaks_a_limit_is_refused_and_nothing_changes(KvOperation[] operations, string expected)
    {
        var error = await Assert.ThrowsAsync<CiliumException>(async () => await _store.CommitAsync([], operations, Stop));
        Assert.Equal((ErrorKind.Invalid, expected), (error.Kind, error.Message));
        Assert.Empty(await _store.ListAsync("", Stop));
    }

    [Fact]
    public async Task The_largest_key_value_and_commit_are_accepted()
    {
        var operations = Enumerable.Range(0, _store.Limits.MaxOperations).Select(i => Put(new string('k', 1022) + $"{i:00}", i == 0 ? new string('x', _store.Limits.MaxValueBytes) : "")).ToArray();
        Assert.True((await _store.CommitAsync([], operations, Stop)).Succeeded);
        Assert.Equal(_store.Limits.MaxValueBytes, (await _store.GetAsync(new string('k', 1022) + "00", Stop))!.Value.Length);
    }

    [Fact]
    public async Task A_watch_reports_what_exists_then_the_end_of_the_list_then_changes()
    {
        await PutAsync("a/1", "x");
        await PutAsync("b/1", "x");
        await using var watch = _store.WatchAsync("a/", Stop).GetAsyncEnumerator(Stop);
        Assert.Equal("Created a/1=x", await NextAsync(watch));
        Assert.Equal("ListDone =", await NextAsync(watch));
        await PutAsync("b/2", "x");
        await PutAsync("a/1", "y");
        await _store.CommitAsync([], [Put("a/2", "z"), new KvOperation.Delete("a/1"), new KvOperation.Delete("a/none")], Stop);
        Assert.Equal(["Modified a/1=y", "Created a/2=z", "Deleted a/1="], [await NextAsync(watch), await NextAsync(watch), await NextAsync(watch)]);
    }

    [Fact]
    public async Task A_watch_begun_while_others_write_misses_and_repeats_nothing()
    {
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 300; i++)
                await PutAsync("n", $"{i}");
        }, Stop);
        await Eventually.TrueAsync(async () => await _store.GetAsync("n", Stop) is not null, "the first write");
        var revisions = new List<ulong>();
        await foreach (var change in _store.WatchAsync("n", Stop))
        {
            if (change.Kind == KvEventKind.ListDone)
                continue;
            revisions.Add(change.Revision);
            if (Text(change.Value) == "299")
                break;
        }

        await writing;
        Assert.Equal(Enumerable.Range((int)revisions[0], revisions.Count).Select(i => (ulong)i), revisions);
        Assert.Equal(300ul, revisions[^1]);
    }

    [Fact]
    public async Task A_watch_ends_when_the_store_is_disposed()
    {
        await using var watch = _store.WatchAsync("", Stop).GetAsyncEnumerator(Stop);
        Assert.Equal("ListDone =", await NextAsync(watch));
        await _store.DisposeAsync();
        Assert.False(await watch.MoveNextAsync());
    }

    [Fact]
    public async Task A_cancelled_watch_ends()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await using var watch = _store.WatchAsync("", cancel.Token).GetAsyncEnumerator(cancel.Token);
        await NextAsync(watch);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await watch.MoveNextAsync());
    }

    [Fact]
    public async Task Content_and_revision_survive_closing()
    {
        await PutAsync("a", "1");
        await PutAsync("b", "2");
        await _store.DisposeAsync();
        _store = await OpenAsync();
        Assert.Equal(2, (await _store.ListAsync("", Stop)).Count);
        Assert.Equal(3ul, (await PutAsync("c", "3")).Revision);
    }

    [Fact]
    public async Task A_second_user_of_the_file_is_refused()
    {
        await using var second = new EmbeddedKvstore(_folder["state/kvstore.db"], TimeProvider.System);
        var error = await Assert.ThrowsAsync<CiliumException>(async () => await second.StartAsync(Stop));
        Assert.Equal(ErrorKind.Unavailable, error.Kind);
        Assert.Equal($"kvstore embedded: {_folder["state/kvstore.db"]} is in use by another process. One agent can use it at a time: stop the other one, or give this one its own path (kvstore.embedded.path).", error.Message);
    }

    [Fact]
    public async Task A_damaged_file_is_refused()
    {
        await File.WriteAllTextAsync(_folder["bad.db"], new string('x', 8192), Stop);
        await using var bad = new EmbeddedKvstore(_folder["bad.db"], TimeProvider.System);
        var error = await Assert.ThrowsAsync<CiliumException>(async () => await bad.StartAsync(Stop));
        Assert.StartsWith($"kvstore embedded: {_folder["bad.db"]} is not an intact database:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_status_says_where_and_how_much()
    {
        await PutAsync("a", "1");
        Assert.Equal(new KvstoreStatus(true, $"embedded: {_folder["state/kvstore.db"]}, 1 keys, 0 leases, revision 1"), await _store.GetStatusAsync(Stop));
        await _store.DisposeAsync();
        Assert.Equal(new KvstoreStatus(false, $"embedded: kvstore embedded: {_folder["state/kvstore.db"]} is closed."), await _store.GetStatusAsync(Stop));
    }

    [Fact]
    public void The_file_and_its_folder_are_private()
    {
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder["state/kvstore.db"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder["state"]));
    }

    private async Task<EmbeddedKvstore> OpenAsync()
    {
        var store = new EmbeddedKvstore(_folder["state/kvstore.db"], TimeProvider.System);
        await store.StartAsync(Stop);
        return store;
    }

    private ValueTask<KvCommitResult> PutAsync(string key, string value) => _store.CommitAsync([], [Put(key, value)], Stop);

    private static KvOperation Put(string key, string value) => new KvOperation.Put(key, Encoding.UTF8.GetBytes(value));

    private static string Text(ReadOnlyMemory<byte> value) => Encoding.UTF8.GetString(value.Span);

    private static async Task<string> NextAsync(IAsyncEnumerator<KvEvent> watch)
    {
        Assert.True(await watch.MoveNextAsync());
        return $"{watch.Current.Kind} {watch.Current.Key}={Text(watch.Current.Value)}";
    }
}
