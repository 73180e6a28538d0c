using System.Collections.Concurrent;
using System.Diagnostics;
using Cilium.Framework.IpCache;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Kvstore.Bench.Watching;

/// <summary>How long after its acknowledgement the last row of each transaction is in a table.</summary>
internal sealed class Lag : IDisposable
{
    private readonly IReadTable<IpPrefix, StoredIpRow> _table;
    private readonly ConcurrentQueue<(long Acknowledged, StoredIpRow Row)> _awaited = new();
    private readonly Wake _wake = new();
    private readonly IDisposable _attachment;

    public Lag(IReadTable<IpPrefix, StoredIpRow> table) => (_table, _attachment) = (table, table.Attach(_wake));

    /// <summary>Transactions that the table does not show yet.</summary>
    public int Behind => _awaited.Count(awaited => !IsSeen(awaited.Row));

    /// <summary>A transaction was acknowledged just now.</summary>
    public void Await(StoredIpRow row)
    {
        _awaited.Enqueue((Stopwatch.GetTimestamp(), row));
        _wake.Set();
    }

    /// <summary>Waits until the table shows as many transactions.</summary>
    /// <returns>The lag of each, in the order of acknowledgements.</returns>
    public async Task<IReadOnlyList<TimeSpan>> SeeAsync(int transactions)
    {
        var lags = new List<TimeSpan>(transactions);
        while (lags.Count < transactions)
        {
            await _wake.WaitAsync(default);
            while (_awaited.TryPeek(out var awaited) && IsSeen(awaited.Row))
            {
                lags.Add(Stopwatch.GetElapsedTime(awaited.Acknowledged));
                _awaited.TryDequeue(out _);
            }
        }

        return lags;
    }

    public void Dispose() => _attachment.Dispose();

    // Each time an address is written its identity is a higher one.
    private bool IsSeen(StoredIpRow row) => _table[row.Prefix] is { } seen && seen.Identity.Value >= row.Identity.Value;
}
