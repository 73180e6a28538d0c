using Cilium.Framework.Core.Tests.Plugins;
using Cilium.Framework.Identities;
using Cilium.Framework.Labels;
using Cilium.Framework.Store;

namespace Cilium.Framework.Core.Tests.Identities;

/// <summary>The allocator over a real store, loaded as an agent loads it.</summary>
public sealed class EmbeddedStoreTests : IDisposable
{
    private readonly PluginFolder _plugins = new();
    private readonly Numbers _numbers = new();

    public void Dispose() => _plugins.Dispose();

    [Fact]
    public async Task Nodes_that_race_for_label_sets_get_one_number_for_each_and_give_it_back()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var set = await _plugins.LoadAsync();
        await using var store = set.Kvstore;
        await store.StartAsync(ct);
        var nodes = Enumerable.Range(1, 3).Select(node => _numbers.Allocator(store, $"10.0.0.{node}")).ToList();
        for (var round = 0; round < 10; round++)
        {
            var labels = LabelSet.Parse($"k8s:a=1", $"k8s:round={round}");
            var ids = await Task.WhenAll(nodes.Select(node => Task.Run(() => node.AllocateAsync(labels, ct).AsTask(), ct)));
            Assert.Single(ids.Distinct());
        }

        var collector = new IdentityCollector(new StoreCalls(store, TimeProvider.System), IdentityKeys.Plain);
        Assert.Equal(0, await collector.CollectAsync(ct));
        foreach (var node in nodes)
        {
            foreach (var labels in node.Held.Keys)
                await node.ReleaseAsync(labels, ct);
        }

        Assert.Equal(10, await collector.CollectAsync(ct));
        Assert.Empty(await store.ListAsync(IdentityKeys.Root, ct));
    }
}
