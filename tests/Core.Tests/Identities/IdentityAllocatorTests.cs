using Cilium.Framework.Errors;
using Cilium.Framework.Health;
using Cilium.Framework.Identities;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;
using Cilium.Framework.Store;

namespace Cilium.Framework.Core.Tests.Identities;

public sealed class IdentityAllocatorTests : IAsyncDisposable
{
    private static readonly LabelSet Web = LabelSet.Parse("k8s:app=web");

    private readonly FakeStore _store = new();
    private readonly Numbers _numbers = new();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private IdentityCollector Collector => new(new StoreCalls(_store, TimeProvider.System), IdentityKeys.Plain);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_cluster_is_in_the_third_byte_of_a_number()
    {
        var id = await _numbers.Allocator(_store, clusterId: 7).AllocateAsync(Web, Ct);
        Assert.Equal((byte)7, id.ClusterId);
        Assert.Equal(7u, id.Value >> 16);
        Assert.InRange(id.Value & 0xFFFF, 256u, 65535u);
        Assert.Equal([IdentityKeys.Number(id), IdentityKeys.Plain.Use(Web, "10.0.0.1")], _store.Keys);
    }

    [Fact]
    public async Task Nodes_that_race_for_one_label_set_get_one_number()
    {
        _store.Before = async (_, _) => await Task.Yield();
        for (var round = 0; round < 50; round++)
        {
            var labels = LabelSet.Parse($"k8s:round={round}");
            var ids = await Task.WhenAll(Enumerable.Range(1, 4).Select(node => Task.Run(() => _numbers.Allocator(_store, $"10.0.0.{node}").AllocateAsync(labels, Ct).AsTask(), Ct)));
            Assert.Single(ids.Distinct());
        }

        Assert.Equal(50 + 200, _store.Keys.Count);
    }

    [Fact]
    public async Task A_number_whose_key_was_lost_is_written_again_by_who_uses_it_next()
    {
        _store.Use("k8s:app=web", "10.0.0.9", "1001");
        Assert.Equal(new NumericIdentity(1001), await _numbers.Allocator(_store).AllocateAsync(Web, Ct));
        Assert.Equal("k8s:app=web;", _store.Value(IdentityKeys.Number(new(1001))));
    }

    [Fact]
    public async Task A_number_that_means_other_labels_by_now_is_given_up()
    {
        var allocator = _numbers.Allocator(_store);
        allocator.Adopt(Web, new(1001));
        _store.Number(1001, "k8s:app=db");
        Assert.False(await allocator.ConfirmAsync(Web, Ct));
        Assert.NotEqual(new NumericIdentity(1001), await allocator.AllocateAsync(Web, Ct));
        Assert.Equal("k8s:app=db;", _store.Value(IdentityKeys.Number(new(1001))));
    }

    [Fact]
    public async Task An_adopted_number_whose_keys_were_lost_is_written_again()
    {
        var allocator = _numbers.Allocator(_store);
        allocator.Adopt(Web, new(1001));
        Assert.True(await allocator.ConfirmAsync(Web, Ct));
        Assert.Equal("1001", _store.Value(IdentityKeys.Plain.Use(Web, "10.0.0.1")));
        Assert.Equal("k8s:app=web;", _store.Value(IdentityKeys.Number(new(1001))));
    }

    [Fact]
    public async Task A_label_set_never_gets_the_number_of_a_longer_one_that_begins_with_it()
    {
        var longer = LabelSet.Parse("k8s:a=1", "k8s:b=2");
        var shorter = LabelSet.Parse("k8s:a=1");
        Assert.StartsWith(shorter.ToKey(), longer.ToKey(), StringComparison.Ordinal);
        var first = await _numbers.Allocator(_store, "10.0.0.2").AllocateAsync(longer, Ct);
        Assert.NotEqual(first, await _numbers.Allocator(_store).AllocateAsync(shorter, Ct));
    }

    [Fact]
    public async Task Uses_of_a_longer_label_set_do_not_keep_a_number()
    {
        _store.Number(1001, "k8s:a=1");
        _store.Number(1002, "k8s:a=1,k8s:b=2");
        _store.Use("k8s:a=1,k8s:b=2", "10.0.0.2", "1002");
        Assert.Equal(1, await Collector.CollectAsync(Ct));
        Assert.Null(_store.Value(IdentityKeys.Number(new(1001))));
        Assert.NotNull(_store.Value(IdentityKeys.Number(new(1002))));
    }

    [Fact]
    public async Task At_release_the_own_use_goes_and_that_of_another_node_stays()
    {
        var (mine, other) = (_numbers.Allocator(_store), _numbers.Allocator(_store, "10.0.0.2"));
        await mine.AllocateAsync(Web, Ct);
        await other.AllocateAsync(Web, Ct);
        await mine.ReleaseAsync(Web, Ct);
        Assert.Null(_store.Value(IdentityKeys.Plain.Use(Web, "10.0.0.1")));
        Assert.NotNull(_store.Value(IdentityKeys.Plain.Use(Web, "10.0.0.2")));
        Assert.Empty(mine.Held);
    }

    [Fact]
    public async Task At_the_start_own_uses_that_nobody_needs_go_and_all_others_stay()
    {
        _store.Use("k8s:app=gone", "10.0.0.1", "1001");
        _store.Use("k8s:app=web", "10.0.0.1", "1002");
        _store.Use("k8s:app=gone", "10.0.0.11", "1001");
        Assert.Equal(1, await _numbers.Allocator(_store).RemoveStaleAsync(new HashSet<LabelSet> { Web }, Ct));
        Assert.Equal([IdentityKeys.Plain.Use(LabelSet.Parse("k8s:app=gone"), "10.0.0.11"), IdentityKeys.Plain.Use(Web, "10.0.0.1")], _store.Keys);
    }

    [Fact]
    public async Task A_use_that_is_written_but_not_acknowledged_yet_is_not_stale()
    {
        var acknowledged = new TaskCompletionSource();
        var written = new TaskCompletionSource();
        _store.AfterCommit = _ =>
        {
            written.TrySetResult();
            return acknowledged.Task;
        };
        var allocator = _numbers.Allocator(_store);
        var allocating = allocator.AllocateAsync(Web, Ct).AsTask();
        await written.Task;
        Assert.Equal(0, await allocator.RemoveStaleAsync(new HashSet<LabelSet>(), Ct));
        acknowledged.SetResult();
        await allocating;
        Assert.NotNull(_store.Value(IdentityKeys.Plain.Use(Web, "10.0.0.1")));
    }

    [Fact]
    public async Task Uses_under_a_former_name_of_this_node_go()
    {
        _store.Use("k8s:app=web", "127.0.0.1", "1001");
        _store.Use("k8s:app=web", "10.0.0.1", "1001");
        Assert.Equal(1, await _numbers.Allocator(_store).RemoveUsesOfAsync("127.0.0.1", Ct));
        Assert.Equal([IdentityKeys.Plain.Use(Web, "10.0.0.1")], _store.Keys);
    }

    [Fact]
    public async Task A_number_that_nobody_uses_goes_and_is_taken_again_when_somebody_is_faster()
    {
        _store.Number(1001, "k8s:app=web");
        _numbers.ByLabels[Web] = new(1001);
        Assert.Equal(new NumericIdentity(1001), await _numbers.Allocator(_store).AllocateAsync(Web, Ct));
        Assert.Equal(0, await Collector.CollectAsync(Ct));
    }

    [Fact]
    public async Task All_numbers_taken_is_reported_with_what_to_do()
    {
        _numbers.IsTaken = _ => true;
        var error = await Assert.ThrowsAsync<CiliumException>(() => _numbers.Allocator(_store, clusterId: 3).AllocateAsync(Web, Ct).AsTask());
        Assert.Equal(ErrorKind.Exhausted, error.Kind);
        Assert.Equal(
            "CF3002 no identity number is free: all 65280 of cluster 3 are taken (attempt 1). Exclude labels that are unique to each workload (setting labels).", error.Message);
    }

    [Fact]
    public async Task Whoever_loses_sixteen_times_gives_up_and_says_so()
    {
        _store.Number(1001, "k8s:app=db");
        _numbers.ByLabels[Web] = new(1001);
        var error = await Assert.ThrowsAsync<CiliumException>(() => _numbers.Allocator(_store).AllocateAsync(Web, Ct).AsTask());
        Assert.Equal("CF3001 identity of k8s:app=web: no number after 16 attempts, others were faster each time. It is tried again.", error.Message);
    }

    [Theory]
    [InlineData("reserved:host")]
    [InlineData("reserved:init")]
    [InlineData("reserved:nobody")]
    public async Task A_reserved_label_set_never_touches_the_store(string labels)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _numbers.Allocator(_store).AllocateAsync(LabelSet.Parse(labels), Ct).AsTask());
        Assert.Equal(0, _store.Calls);
    }

    [Theory]
    [InlineData("1", "the number 1 is not one that is allocated")]
    [InlineData("0", "the number 0 is not one that is allocated")]
    [InlineData("255", "the number 255 is not one that is allocated")]
    [InlineData("65541", "the number 65541 is not one that is allocated")]
    [InlineData("16777217", "the number 16777217 is not one that is allocated")]
    [InlineData("16777472", "the number 16777472 is not one that is allocated")]
    [InlineData("4294967295", "the number 4294967295 is not one that is allocated")]
    [InlineData("host", "its value is no number")]
    [InlineData("", "its value is no number")]
    public async Task A_use_that_names_no_allocated_number_is_not_believed_and_health_says_so(string value, string objection)
    {
        _store.Use("k8s:app=web", "10.0.0.9", value);
        var allocator = _numbers.Allocator(_store);
        var error = await Assert.ThrowsAsync<CiliumException>(() => allocator.AllocateAsync(Web, Ct).AsTask());
        Assert.Equal(
            $"CF3003 identity of k8s:app=web: the store's key cilium/state/identities/v1/value/k8s:app=web;/10.0.0.9 is not believed: {objection}. "
            + "Accepted: 256..65535 within a cluster of number 0..255. Remove the key, and find out who wrote it. It is tried again.",
            error.Message);
        Assert.Empty(allocator.Held);
        Assert.Equal(HealthLevel.Degraded, _numbers.Health.Level);
        Assert.Equal(
            "1 identity keys of the store are not believed; one of them: cilium/state/identities/v1/value/k8s:app=web;/10.0.0.9: "
            + $"{objection}. Accepted: 256..65535 within a cluster of number 0..255. Remove the key, and find out who wrote it.",
            _numbers.Health.Message);
    }

    [Fact]
    public async Task A_use_that_is_not_believed_does_not_hide_one_that_is()
    {
        _store.Use("k8s:app=web", "10.0.0.8", "1");
        _store.Use("k8s:app=web", "10.0.0.9", "1001");
        Assert.Equal(new NumericIdentity(1001), await _numbers.Allocator(_store).AllocateAsync(Web, Ct));
        Assert.Equal(HealthLevel.Degraded, _numbers.Health.Level);
    }

    [Fact]
    public async Task An_own_use_that_is_not_believed_is_replaced()
    {
        _store.Use("k8s:app=web", "10.0.0.1", "1");
        var id = await _numbers.Allocator(_store).AllocateAsync(Web, Ct);
        Assert.Equal($"{id}", _store.Value(IdentityKeys.Plain.Use(Web, "10.0.0.1")));
        Assert.InRange(id.Value, 256u, 65535u);
    }

    [Fact]
    public async Task When_the_use_that_is_not_believed_is_gone_health_is_well_again()
    {
        _store.Use("k8s:app=web", "10.0.0.9", "1");
        var allocator = _numbers.Allocator(_store);
        await Assert.ThrowsAsync<CiliumException>(() => allocator.AllocateAsync(Web, Ct).AsTask());
        _store.Remove(IdentityKeys.Plain.Use(Web, "10.0.0.9"));
        await allocator.RemoveStaleAsync(new HashSet<LabelSet>(), Ct);
        Assert.Equal((HealthLevel.Ok, "every identity in the store is believed"), (_numbers.Health.Level, _numbers.Health.Message));
    }

    [Theory]
    [InlineData(256)]
    [InlineData(65535)]
    [InlineData(0x00FF0100)]
    [InlineData(0x00FFFFFF)]
    public async Task A_number_of_any_cluster_is_joined(uint number)
    {
        _store.Use("k8s:app=web", "10.0.0.9", $"{number}");
        Assert.Equal(new NumericIdentity(number), await _numbers.Allocator(_store).AllocateAsync(Web, Ct));
        Assert.Equal("", _numbers.Health.Message);
    }
}
