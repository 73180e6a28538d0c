using System.Collections.Frozen;
using Cilium.Framework.Identities;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.IpCache;

/// <summary>Reads from the tables <c>ipcache</c> and <c>endpoints</c> which identities an address resolves to and an endpoint is judged by, rows on their way out included.</summary>
/// <remarks>
/// While it is not known what a target holds any identity may be in use: before the first prune, since an earlier process left something, and while a row
/// is not Done of which nothing is acknowledged, as after a call that failed as a whole.
/// </remarks>
/// <param name="ipcache">Addresses.</param>
/// <param name="endpoints">Endpoints: the datapath asks their rows, not the ipcache, who they are.</param>
internal sealed class IdentitiesInUse(DesiredTable<IpPrefix, IpCacheRow> ipcache, DesiredTable<ushort, EndpointRow> endpoints) : IIdentitiesInUse
{
    private sealed record Cache((ulong IpCache, ulong Endpoints)? Revision, bool IsAnyUnknown, FrozenSet<NumericIdentity> Identities);

    private volatile Cache _cache = new(null, false, []);

    /// <summary>What the answer depends on.</summary>
    public IReadOnlyList<IReadTable> Inputs { get; } = [ipcache.Rows, endpoints.Rows, ipcache.Pruned, endpoints.Pruned];

    /// <inheritdoc />
    public bool Contains(NumericIdentity id)
    {
        if (ipcache.Pruned.Count == 0 || endpoints.Pruned.Count == 0)
            return true;
        var (addresses, judged) = (ipcache.Rows.Snapshot, endpoints.Rows.Snapshot);
        var cache = _cache;
        if (cache.Revision != (addresses.Revision, judged.Revision))
        {
            _cache = cache = new(
                (addresses.Revision, judged.Revision),
                addresses.Any(IsUnknown) || judged.Any(IsUnknown),
                addresses.SelectMany(row => Identities(row, address => address.Identity)).Concat(judged.SelectMany(row => Identities(row, endpoint => endpoint.Identity))).ToFrozenSet());
        }

        return cache.IsAnyUnknown || cache.Identities.Contains(id);
    }

    /// <inheritdoc />
    public IDisposable Attach(Wake wake) => new Attachments([.. Inputs.Select(table => table.Attach(wake))]);

    private static bool IsUnknown<TRow>(DesiredRow<TRow> row)
        where TRow : class => row is { Realised: null, IsDone: false };

    private static IEnumerable<NumericIdentity> Identities<TRow>(DesiredRow<TRow> row, Func<TRow, NumericIdentity> identityOf)
        where TRow : class
    {
        yield return identityOf(row.Row);
        if (row.Realised is not null)
            yield return identityOf(row.Realised);
    }

    private sealed class Attachments(IDisposable[] parts) : IDisposable
    {
        public void Dispose()
        {
            foreach (var part in parts)
                part.Dispose();
        }
    }
}
