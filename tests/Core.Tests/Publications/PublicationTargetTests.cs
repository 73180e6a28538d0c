using Cilium.Framework.Core.Tests.Identities;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Publications;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Store;

namespace Cilium.Framework.Core.Tests.Publications;

public sealed class PublicationTargetTests : IAsyncDisposable
{
    private readonly FakeStore _store = new();
    private readonly NodeLease _lease;
    private readonly PublicationTarget _target;
    private readonly List<string> _commits = [];

    public PublicationTargetTests()
    {
        var calls = new StoreCalls(_store, TimeProvider.System);
        _lease = new NodeLease(calls, TimeSpan.FromMinutes(15));
        _target = new PublicationTarget(calls, _lease, ["ip/"], entry => entry.Value.Span.SequenceEqual("own"u8));
        _store.AfterCommit = keys =>
        {
            _commits.Add(keys);
            return Task.CompletedTask;
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _lease.DisposeAsync();
        await _store.DisposeAsync();
    }

    private async Task RemoveAsync(params string[] keys) => await _target.ApplyAsync(
        new ReconcileBatch<PublicationRow>([.. keys.Select(key => new ReconcileItem<PublicationRow>(ReconcileAction.Delete, new PublicationRow(key, ""), null))]), TestContext.Current.CancellationToken);

    [Fact]
    public async Task What_goes_together_is_removed_together_and_what_others_have_taken_over_stays()
    {
        foreach (var key in (string[])["ip/1", "ip/3"])
            _store.Put(key, "own");
        _store.Put("ip/2", "another's");
        await RemoveAsync("ip/1", "ip/2", "ip/3", "ip/4");
        Assert.Equal(["ip/1 ip/3"], _commits);
        Assert.Equal(["ip/2"], _store.Keys);
    }

    [Fact]
    public async Task One_that_another_takes_over_at_the_last_moment_stays_and_the_rest_goes()
    {
        foreach (var key in (string[])["ip/1", "ip/2", "ip/3"])
            _store.Put(key, "own");
        _store.Before = (keys, _) =>
        {
            if (keys == "ip/1 ip/2 ip/3")
                _store.Put("ip/2", "another's");
            return Task.CompletedTask;
        };
        await RemoveAsync("ip/1", "ip/2", "ip/3");
        Assert.Equal(["ip/2"], _store.Keys);
        Assert.Equal("another's", _store.Value("ip/2"));
    }

    [Fact]
    public async Task So_many_that_one_commit_cannot_hold_them_are_removed_in_several()
    {
        var keys = Enumerable.Range(0, 40).Select(i => $"ip/{i}").ToArray();
        foreach (var key in keys)
            _store.Put(key, "own");
        await RemoveAsync(keys);
        Assert.Empty(_store.Keys);
        Assert.All(_commits, commit => Assert.InRange(2 * commit.Split(' ').Length, 1, new KvstoreLimits().MaxOperations));
    }
}
