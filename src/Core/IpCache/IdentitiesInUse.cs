using System.Collections.Frozen;
using Cilium.Framework.Identities;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.IpCache;

/// <summary>Reads from the table <c>ipcache</c> which identities an address resolves to, rows on their way out included.</summary>
/// <param name="ipcache">The table.</param>
internal sealed class IdentitiesInUse(DesiredTable<IpPrefix, IpCacheRow> ipcache) : IIdentitiesInUse
{
    private sealed record Cache(ulong Revision, FrozenSet<NumericIdentity> Identities);

    private volatile Cache _cache = new(ulong.MaxValue, []);

    /// <inheritdoc />
    public bool Contains(NumericIdentity id)
    {
        var snapshot = ipcache.Rows.Snapshot;
        if (_cache.Revision != snapshot.Revision)
            _cache = new Cache(snapshot.Revision, snapshot.SelectMany(Identities).ToFrozenSet());
        return _cache.Identities.Contains(id);
    }

    /// <inheritdoc />
    public IDisposable Attach(Wake wake) => ipcache.Rows.Attach(wake);

    private static IEnumerable<NumericIdentity> Identities(DesiredRow<IpCacheRow> row)
    {
        yield return row.Row.Identity;
        if (row.Realised is not null)
            yield return row.Realised.Identity;
    }
}
