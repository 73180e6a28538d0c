using Cilium.Framework.Health;
using Cilium.Framework.Hosting;
using Cilium.Framework.Identities;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;
using Cilium.Framework.Store;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Kvstore.Etcd.Tests;

/// <summary>The part of a node that gives numbers to label sets; what it asks the server is counted on the way.</summary>
internal sealed class MeteredNode : IAsyncDisposable
{
    private readonly RequestMeter _meter;
    private readonly EtcdKvstore _store;
    private readonly NodeLease _lease;
    private readonly IdentityAllocator _allocator;
    private readonly NodeTables _tables = new(TimeProvider.System);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;

    private MeteredNode(RequestMeter meter, EtcdKvstore store, string name)
    {
        (_meter, _store) = (meter, store);
        var (calls, refused) = (new StoreCalls(store, TimeProvider.System), new RefusedKeys(new HealthTree(TimeProvider.System)));
        _lease = new(calls, TimeSpan.FromMinutes(15));
        var source = new IdentitySource(store, IdentityKeys.Of(store), Identities, Identities.RegisterSource("kvstore"), refused);
        _allocator = new(calls, _lease, IdentityKeys.Of(store), source, name, clusterId: 0, refused);
        _watching = source.RunAsync(_stop.Token);
    }

    /// <summary>Numbers as this node has seen them in the store.</summary>
    public Table<NumericIdentity, StoredIdentityRow> Identities => _tables.StoredIdentities;

    /// <summary>Returns when it watches the store and everything it asked meanwhile was counted.</summary>
    public static async Task<MeteredNode> StartAsync(Uri server, string name)
    {
        var (meter, calls) = (new RequestMeter(server), new CallCounter());
        // Not started: the greeting of a start asks the server too, at its own pace.
        var node = new MeteredNode(meter, Stores.Create(new() { Endpoints = [meter.Address] }, calls), name);
        await Eventually.TrueAsync(() => calls.Of("Watch") == 1 && meter.Requests == calls.Sent.Count, "the watch of identities is open", seconds: 30);
        return node;
    }

    /// <summary>The number of a label set, and what it cost.</summary>
    public async Task<(NumericIdentity Id, int Requests)> AllocateAsync(LabelSet labels)
    {
        var before = _meter.Requests;
        var id = await _allocator.AllocateAsync(labels, Stores.Stop);
        return (id, _meter.Requests - before);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _lease.DisposeAsync();
        await _store.DisposeAsync();
        await _meter.DisposeAsync();
        _stop.Dispose();
    }
}
