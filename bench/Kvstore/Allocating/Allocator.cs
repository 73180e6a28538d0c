using Cilium.Framework.Health;
using Cilium.Framework.Hosting;
using Cilium.Framework.Identities;
using Cilium.Framework.Labels;
using Cilium.Framework.Store;

namespace Cilium.Framework.Kvstore.Bench.Allocating;

/// <summary>The part of a node that gives numbers, put together as the agent does: it watches the store's identities while it allocates.</summary>
internal sealed class Allocator : IAsyncDisposable
{
    private static readonly TimeSpan TimeToLive = TimeSpan.FromMinutes(15);

    private readonly CancellationTokenSource _stop = new();
    private readonly NodeLease _lease;
    private readonly IdentityAllocator _allocator;
    private readonly Task _watching;

    private Allocator(IKvstore store, string node, NodeTables tables, HealthTree health)
    {
        var (calls, keys, refused) = (new StoreCalls(store, TimeProvider.System), IdentityKeys.Of(store), new RefusedKeys(health));
        _lease = new(calls, TimeToLive);
        var source = new IdentitySource(store, keys, tables.StoredIdentities, tables.StoredIdentities.RegisterSource("kvstore"), refused);
        _allocator = new(calls, _lease, keys, source, node, clusterId: 0, refused);
        _watching = Task.Run(() => source.RunAsync(_stop.Token));
    }

    public static async Task<Allocator> StartAsync(IKvstore store, string node)
    {
        var tables = new NodeTables(TimeProvider.System);
        var allocator = new Allocator(store, node, tables, new(TimeProvider.System));
        await tables.StoredIdentities.Initialized;
        return allocator;
    }

    public async Task AllocateAsync(LabelSet labels) => await _allocator.AllocateAsync(labels, default);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _lease.DisposeAsync();
        _stop.Dispose();
    }
}
