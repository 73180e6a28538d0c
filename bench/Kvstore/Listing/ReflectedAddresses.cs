using Cilium.Framework.Health;
using Cilium.Framework.Hosting;
using Cilium.Framework.IpCache;
using Cilium.Framework.Rows;
using Cilium.Framework.Store;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Kvstore.Bench.Listing;

/// <summary>The table <c>kv-ips</c> over a store, as the agent fills it.</summary>
internal sealed class ReflectedAddresses : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly HealthTree _health = new(TimeProvider.System);
    private readonly Task _watching;

    private ReflectedAddresses(IKvstore store, string folder)
    {
        var source = new StoreSource<IpPrefix, StoredIpRow>(store, folder, StoredIpRow.ReadKey, IpJson.Read, Table, Table.RegisterSource("kvstore"), _health);
        _watching = Task.Run(() => source.RunAsync(_stop.Token));
    }

    public Table<IpPrefix, StoredIpRow> Table { get; } = new NodeTables(TimeProvider.System).StoredIps;

    /// <summary>Returns when everything in the store is in the table.</summary>
    public static async Task<ReflectedAddresses> StartAsync(IKvstore store, string folder)
    {
        var addresses = new ReflectedAddresses(store, folder);
        await addresses.Table.Initialized;
        if (addresses._health.Level != HealthLevel.Ok)
            throw new InvalidOperationException(string.Join(' ', addresses._health.Snapshot().Select(report => report.Message)));
        return addresses;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
