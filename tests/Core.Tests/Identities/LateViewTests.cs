using Cilium.Framework.Errors;
using Cilium.Framework.Identities;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.Tests.Identities;

/// <summary>What a node has seen of the store may be seconds old, while a member of it is held or its connection hangs. Numbers are agreed on all the same.</summary>
public sealed class LateViewTests : IAsyncDisposable
{
    private static readonly LabelSet Web = LabelSet.Parse("k8s:app=web");

    private readonly FakeStore _store = new();
    private readonly Numbers _numbers = new();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_number_that_one_node_has_seen_and_one_that_another_node_makes_are_not_both_used()
    {
        // Nobody uses it any more, and the other node's watch is late: it has not seen it.
        _store.Number(1001, "k8s:app=web");
        _numbers.ByLabels[Web] = new(1001);
        _numbers.Revisions[Web] = await RevisionAsync(new(1001));
        var made = await new Numbers().Allocator(_store, "10.0.0.2").AllocateAsync(Web, Ct);
        Assert.NotEqual(new NumericIdentity(1001), made);
        Assert.Equal(made, await _numbers.Allocator(_store).AllocateAsync(Web, Ct));
    }

    [Fact]
    public async Task No_number_is_made_in_a_store_that_was_wiped_unseen()
    {
        // Somebody uses web with a number that this node was about to see, and will write it again.
        _numbers.Witness = new KvCondition.RevisionEquals(IdentityKeys.Number(new(1001)), 1);
        var error = await Assert.ThrowsAsync<CiliumException>(() => _numbers.Allocator(_store).AllocateAsync(Web, Ct).AsTask());
        Assert.StartsWith("CF3001 identity of k8s:app=web: ", error.Message, StringComparison.Ordinal);
        Assert.Empty(_store.Keys);
        _numbers.Witness = null;
        _store.Use("k8s:app=web", "10.0.0.2", "1002");
        Assert.Equal(new NumericIdentity(1002), await _numbers.Allocator(_store).AllocateAsync(Web, Ct));
    }

    [Fact]
    public async Task Whoever_joins_a_number_does_not_write_its_key_again()
    {
        var id = await _numbers.Allocator(_store).AllocateAsync(Web, Ct);
        var before = await RevisionAsync(id);
        Assert.Equal(id, await _numbers.Allocator(_store, "10.0.0.2").AllocateAsync(Web, Ct));
        Assert.Equal(before, await RevisionAsync(id));
        Assert.NotNull(_store.Value(IdentityKeys.Plain.Use(Web, "10.0.0.2")));
    }

    private async Task<ulong> RevisionAsync(NumericIdentity id) => (await _store.GetAsync(IdentityKeys.Number(id), Ct))!.Revision;
}
