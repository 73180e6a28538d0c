using System.Diagnostics;
using Cilium.Framework.IpCache;
using Cilium.Framework.Kvstore.Bench.Listing;
using Cilium.Framework.Kvstore.Bench.Raw;
using static Cilium.Framework.Kvstore.Bench.Figures;

namespace Cilium.Framework.Kvstore.Bench.Watching;

/// <summary>A stream of updates of addresses that a table watches.</summary>
internal static class Updates
{
    private const int PerSecond = 10_000;

    /// <summary>Transactions under way at once, so that one late answer does not hold the stream up.</summary>
    private const int UnderWay = 8;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds((double)Addresses.AtOnce / PerSecond);

    public static async Task<WatchFigures> MeasureAsync(Uri server, int seconds)
    {
        using var raw = new RawEtcd(server);
        await using var store = await Servers.OpenEtcdAsync(server);
        await using var addresses = await ReflectedAddresses.StartAsync(store, StoredIpRow.Folder);
        using var lag = new Lag(addresses.Table);
        using var room = new SemaphoreSlim(UnderWay);
        var count = seconds * PerSecond / Addresses.AtOnce;
        var seeing = Task.Run(() => lag.SeeAsync(count));
        var writing = new List<Task>(count);
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            if (Interval * i - Stopwatch.GetElapsedTime(started) is { Ticks: > 0 } early)
                // The pace of the stream is what is measured against.
                await Task.Delay(early, TimeProvider.System);
            await room.WaitAsync();
            writing.Add(WriteAsync(raw, i, lag, room));
            if (i % (5 * PerSecond / Addresses.AtOnce) == 0)
                Tell($"watch, etcd, {i * Addresses.AtOnce} updates after {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s, {lag.Behind * Addresses.AtOnce} rows behind");
        }

        await Task.WhenAll(writing);
        var (elapsed, behind) = (Stopwatch.GetElapsedTime(started), lag.Behind);
        var lags = await seeing;
        return new(
            count * Addresses.AtOnce / elapsed.TotalSeconds, Median(lags.Select(each => each.TotalMilliseconds)), lags.Max().TotalMilliseconds, lags[^1].TotalMilliseconds, behind * Addresses.AtOnce);
    }

    private static async Task WriteAsync(RawEtcd raw, int number, Lag lag, SemaphoreSlim room)
    {
        const int groups = Addresses.Count / Addresses.AtOnce;
        var (group, pass) = (number % groups, number / groups + 1);
        var rows = Enumerable.Range(group * Addresses.AtOnce, Addresses.AtOnce).Select(address => Addresses.Row(address, pass)).ToArray();
        try
        {
            await raw.PutAsync(rows.Select(row => Addresses.Pair(row)));
            lag.Await(rows[^1]);
        }
        finally
        {
            room.Release();
        }
    }
}
