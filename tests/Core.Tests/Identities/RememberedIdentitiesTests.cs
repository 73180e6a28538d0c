using Cilium.Framework.Identities;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;
using Cilium.Framework.State;
using Cilium.Framework.Store;
using Cilium.Framework.Tables;
using Microsoft.Extensions.Time.Testing;

namespace Cilium.Framework.Core.Tests.Identities;

public sealed class RememberedIdentitiesTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Table<NumericIdentity, StoredIdentityRow> _stored = new("kv-identities", row => row.Id);
    private readonly Table<NumericIdentity, IdentityRow> _identities = new("identities", row => row.Id);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private readonly TableSource _store;

    public RememberedIdentitiesTests()
    {
        _store = _stored.RegisterSource("kvstore");
        _running = new RememberedIdentities(_stored, _identities.RegisterSource("identities"), _time).RunAsync(_stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    [Fact]
    public void They_count_when_the_store_has_been_silent_as_long_as_a_call_may_take()
    {
        _time.Advance(StoreCalls.Deadline - TimeSpan.FromTicks(1));
        Assert.False(_identities.IsInitialized);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.True(_identities.IsInitialized);
        Assert.False(_running.IsCompleted);
    }

    [Fact]
    public void A_store_that_has_answered_is_believed_alone()
    {
        _store.ListDone();
        _time.Advance(2 * StoreCalls.Deadline);
        Assert.False(_identities.IsInitialized);
        Assert.False(_running.IsCompleted);
    }

    [Fact]
    public async Task What_was_seen_just_before_the_agent_ends_is_remembered()
    {
        using var folder = new TemporaryFolder();
        using var state = StateDirectory.Open(folder["state"]);
        var file = new StateFile<SeenIdentities>(state, IdentityMemory.FileName, SeenIdentitiesJson.Default.SeenIdentities);
        var (memory, row) = (new IdentityMemory(_stored, file, _time), new StoredIdentityRow(new(1001), LabelSet.Parse("k8s:app=web"), 1));
        Assert.False(memory.IsKnown);
        _store.ListDone();
        using var stop = new CancellationTokenSource();
        var running = memory.RunAsync(stop.Token);
        _stored.Upsert(row);
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        var next = new IdentityMemory(_stored, file, _time);
        Assert.Equal([new IdentityRow(row.Id, row.Labels)], next.Load());
        Assert.True(next.IsKnown);
    }
}
