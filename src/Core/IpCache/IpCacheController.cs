using Cilium.Framework.Identities;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.IpCache;

/// <summary>endpoints + host-addresses + cidr-identities -> ipcache: per prefix the highest origin wins; an endpoint's address shadows an equal CIDR.</summary>
/// <remarks>
/// A row that gives an address a new identity waits until the policies know that identity (ARCHITECTURE, order of realisation 2): the other way round, an
/// allowed packet would meet a policy that does not allow it yet.
/// </remarks>
/// <param name="endpoints">Endpoints of this node.</param>
/// <param name="hosts">Addresses of this node.</param>
/// <param name="cidrs">Prefixes that rules name.</param>
/// <param name="identities">All identities; a row's revision says since when the policies can know it.</param>
/// <param name="ipcache">Written here only.</param>
internal sealed class IpCacheController(
    DesiredTable<ushort, EndpointRow> endpoints,
    IReadTable<IpPrefix, HostAddressRow> hosts,
    IReadTable<IpPrefix, CidrIdentityRow> cidrs,
    IReadTable<NumericIdentity, IdentityRow> identities,
    DesiredTable<IpPrefix, IpCacheRow> ipcache) : IController
{
    /// <inheritdoc />
    public void Compute()
    {
        var known = identities.Snapshot;
        var rows = endpoints.Desired.Where(endpoint => endpoint.Policy is not null).SelectMany(FromEndpoint)
            .Concat(hosts.Select(host => new IpCacheRow(host.Prefix, NumericIdentity.Host, null, IpCacheOrigin.Host)))
            .Concat(cidrs.Where(cidr => cidr.IsWanted).Select(cidr => new IpCacheRow(cidr.Prefix, cidr.Id, null, IpCacheOrigin.Cidr)))
            .GroupBy(row => row.Prefix)
            .Select(group => group.MaxBy(row => row.Origin)!);
        ipcache.ReplaceAll(rows.Select(row => Gated(row, known)).OfType<(IpCacheRow, Gate?)>());
    }

    private (IpCacheRow Row, Gate? Gate)? Gated(IpCacheRow row, TableSnapshot<NumericIdentity, IdentityRow> known)
    {
        if (row.Identity.IsReserved)
            return (row, null);
        var revision = known.RevisionOf(row.Identity);
        if (revision > 0)
            return (row, Gate.Settled(TableNames.Policies, revision));
        // Nobody has told the policies about the identity yet: the address keeps what it resolves to.
        return ipcache.Rows[row.Prefix] is { IsDeleting: false } current ? (current.Row, current.Gate) : null;
    }

    private static IEnumerable<IpCacheRow> FromEndpoint(EndpointRow endpoint)
    {
        if (endpoint.IPv4 is not null)
            yield return new(IpPrefix.Host(endpoint.IPv4), endpoint.Identity, null, IpCacheOrigin.Endpoint);
        if (endpoint.IPv6 is not null)
            yield return new(IpPrefix.Host(endpoint.IPv6), endpoint.Identity, null, IpCacheOrigin.Endpoint);
    }
}
