using Cilium.Framework.Core.Tests.Reconciliation;
using Cilium.Framework.Health;
using Cilium.Framework.Identities;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Core.Tests.Identities;

public sealed class IdentitySourceTests : IAsyncDisposable
{
    private readonly FakeStore _store = new();
    private readonly LastHealth _health = new();
    private readonly Table<NumericIdentity, StoredIdentityRow> _table = new("kv-identities", row => row.Id);
    private readonly CancellationTokenSource _stop = new();
    private readonly IdentitySource _source;
    private Task _running = Task.CompletedTask;

    public IdentitySourceTests() => _source = new(_store, IdentityKeys.Plain, _table, _table.RegisterSource("kvstore"), new RefusedKeys(_health));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        _running = _source.RunAsync(_stop.Token);
        await Eventually.TrueAsync(() => _table.IsInitialized, "the store was read");
    }

    [Theory]
    [InlineData(2, "k8s:app=evil", "the number 2 is not one that is allocated. Accepted: 256..65535 within a cluster of number 0..255")]
    [InlineData(130, "k8s:app=evil", "the number 130 is not one that is allocated. Accepted: 256..65535 within a cluster of number 0..255")]
    [InlineData(16777217, "cidr:10.0.0.0/8", "the number 16777217 is not one that is allocated. Accepted: 256..65535 within a cluster of number 0..255")]
    [InlineData(1001, "reserved:host", "reserved:host has a number of its own. Accepted: labels of workloads")]
    public async Task A_number_that_the_store_may_not_give_is_left_out_and_reported(uint number, string labels, string objection)
    {
        _store.Number(number, labels);
        _store.Number(1002, "k8s:app=web");
        await RunAsync();
        Assert.Equal([new NumericIdentity(1002)], _table.Select(row => row.Id));
        Assert.Equal(
            $"1 identity keys of the store are not believed; one of them: cilium/state/identities/v1/id/{number}: {objection}. Remove the key, and find out who wrote it.", _health.Message);
        Assert.False(_source.TryFind(LabelSet.Parse(labels), out _, out _));
    }

    [Fact]
    public async Task A_number_that_is_in_the_store_bears_witness_to_it_and_one_that_vanished_does_not()
    {
        Assert.Null(_source.Witness);
        _store.Number(1001, "k8s:app=web");
        _store.Number(1002, "k8s:app=db");
        await RunAsync();
        Assert.Contains(_source.Witness, (KvCondition[])[await WitnessAsync(1001), await WitnessAsync(1002)]);
        _store.Remove(IdentityKeys.Number(new(1001)));
        await Eventually.TrueAsync(() => _table[new(1001)]!.Revision == 0, "the number has vanished");
        Assert.Equal(await WitnessAsync(1002), _source.Witness);
        _store.Remove(IdentityKeys.Number(new(1002)));
        await Eventually.TrueAsync(() => _table[new(1002)]!.Revision == 0, "the other number has vanished");
        Assert.Null(_source.Witness);
    }

    private async Task<KvCondition> WitnessAsync(uint id) =>
        new KvCondition.RevisionEquals(IdentityKeys.Number(new(id)), (await _store.GetAsync(IdentityKeys.Number(new(id)), TestContext.Current.CancellationToken))!.Revision);

    [Fact]
    public async Task When_the_key_is_gone_health_is_well_again()
    {
        _store.Number(2, "k8s:app=evil");
        await RunAsync();
        Assert.Equal(HealthLevel.Degraded, _health.Level);
        _store.Remove(IdentityKeys.Number(new(2)));
        await Eventually.TrueAsync(() => _health.Level == HealthLevel.Ok, "the key is forgotten");
    }

    [Fact]
    public async Task A_number_that_becomes_unreadable_means_nothing_any_more()
    {
        _store.Number(1001, "k8s:app=web");
        await RunAsync();
        Assert.True(_source.Contains(new(1001)));
        _store.Put(IdentityKeys.Number(new(1001)), "no labels");
        await Eventually.TrueAsync(() => _table.Count == 0, "the number is forgotten");
        Assert.False(_source.TryFind(LabelSet.Parse("k8s:app=web"), out _, out _));
        Assert.Contains("id/1001: its value is no set of labels.", _health.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_number_that_vanishes_keeps_its_meaning_until_it_is_forgotten()
    {
        _store.Number(1001, "k8s:app=web");
        await RunAsync();
        Assert.True(_source.TryFind(LabelSet.Parse("k8s:app=web"), out var id, out var revision));
        Assert.Equal((new NumericIdentity(1001), _table[id]!.Revision), (id, revision));
        _store.Remove(IdentityKeys.Number(id));
        await Eventually.TrueAsync(() => _table[id]!.Revision == 0, "the number is not in the store any more");
        Assert.True(_source.TryFind(LabelSet.Parse("k8s:app=web"), out _, out revision));
        Assert.Equal(0ul, revision);
        _source.Forget(id);
        Assert.False(_source.TryFind(LabelSet.Parse("k8s:app=web"), out _, out _));
    }

    [Fact]
    public async Task What_an_earlier_process_saw_is_known_before_the_store_answers_and_missing_when_the_store_does_not_have_it()
    {
        _source.Remember([new IdentityRow(new(1001), LabelSet.Parse("k8s:app=web")), new IdentityRow(new(1002), LabelSet.Parse("k8s:app=db")), new IdentityRow(new(2), LabelSet.Parse("k8s:app=evil"))]);
        Assert.Equal([new NumericIdentity(1001), new NumericIdentity(1002)], _table.Select(row => row.Id).Order());
        _store.Number(1001, "k8s:app=web");
        await RunAsync();
        Assert.NotEqual(0ul, _table[new(1001)]!.Revision);
        Assert.Equal(0ul, _table[new(1002)]!.Revision);
    }

    [Fact]
    public async Task A_number_that_has_come_back_is_not_forgotten()
    {
        _store.Number(1001, "k8s:app=web");
        await RunAsync();
        _source.Forget(new(1001));
        Assert.True(_source.TryFind(LabelSet.Parse("k8s:app=web"), out _, out _));
    }
}
