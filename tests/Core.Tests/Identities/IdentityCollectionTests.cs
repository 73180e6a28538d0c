using Cilium.Framework.Conformance.References;
using Cilium.Framework.Identities;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Labels;
using Cilium.Framework.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Cilium.Framework.Core.Tests.Identities;

/// <summary>When unused numbers are collected. The store in memory answers at once: a loop that was begun, or whose time has come, is through when the call returns.</summary>
public sealed class IdentityCollectionTests : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);
    private readonly FakeTimeProvider _time = new();
    private readonly MemoryKvstore _store;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _loops = [];

    public IdentityCollectionTests() => _store = new(new MemoryKvstoreContent(_time));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _store.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task Who_collected_has_its_turn_again_after_one_interval_and_not_before()
    {
        await PutAsync(300);
        Begin("one");
        await GoneAsync(300);
        await PutAsync(301);
        _time.Advance(Interval - TimeSpan.FromSeconds(1));
        Assert.True(await ExistsAsync(301));
        _time.Advance(TimeSpan.FromSeconds(1));
        await GoneAsync(301);
    }

    [Fact]
    public async Task Who_comes_between_two_turns_leaves_it_to_the_next()
    {
        Begin("one");
        await PutAsync(300);
        Begin("two");
        Assert.True(await ExistsAsync(300));
        Assert.Equal("one", System.Text.Encoding.UTF8.GetString((await _store.GetAsync(IdentityCollection.TurnKey, Ct))!.Value.Span));
        _time.Advance(Interval);
        await GoneAsync(300);
    }

    private void Begin(string holder)
    {
        var calls = new StoreCalls(_store, _time);
        _loops.Add(new IdentityCollection(calls, new IdentityCollector(calls, IdentityKeys.Plain), Interval, holder, _time, NullLogger.Instance).RunAsync(_stop.Token));
    }

    private async Task PutAsync(uint number) =>
        await _store.CommitAsync([], [new KvOperation.Put(IdentityKeys.Number(new(number)), IdentityKeys.Plain.Value(LabelSet.Parse($"k8s:app=a{number}")))], Ct);

    private async Task<bool> ExistsAsync(uint number) => await _store.GetAsync(IdentityKeys.Number(new(number)), Ct) is not null;

    private Task GoneAsync(uint number) => Eventually.TrueAsync(async () => !await ExistsAsync(number), $"{number} is collected");
}
