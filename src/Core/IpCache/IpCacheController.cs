using Cilium.Framework.Identities;
using Cilium.Framework.Nodes;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.IpCache;

/// <summary>endpoints + host-addresses + kv-ips + nodes + node-ranges + plan + cidr-identities -> ipcache: per prefix the highest origin wins; an endpoint's address shadows an equal CIDR.</summary>
/// <remarks>
/// A row that gives an address a new identity waits until the policies know that identity (ARCHITECTURE, order of realisation 2): the other way round, an
/// allowed packet would meet a policy that does not allow it yet. A range of another node's endpoints is <c>cluster</c> where the store does not say more: what is
/// not known yet is not the world.
/// </remarks>
/// <param name="endpoints">Endpoints of this node.</param>
/// <param name="hosts">Addresses of this node.</param>
/// <param name="stored">Addresses in the store; what it says about this node's own is what this node has written.</param>
/// <param name="nodes">All nodes.</param>
/// <param name="ranges">Whose ranges there are.</param>
/// <param name="plans">How packets leave this node.</param>
/// <param name="cidrs">Prefixes that rules name.</param>
/// <param name="identities">All identities; a row's revision says since when the policies can know it.</param>
/// <param name="ipcache">Written here only.</param>
internal sealed class IpCacheController(
    DesiredTable<ushort, EndpointRow> endpoints,
    IReadTable<IpPrefix, HostAddressRow> hosts,
    IReadTable<IpPrefix, StoredIpRow> stored,
    IReadTable<NodeKey, NodeRow> nodes,
    IReadTable<IpPrefix, NodeRangeRow> ranges,
    IReadTable<string, DevicePlan> plans,
    IReadTable<IpPrefix, CidrIdentityRow> cidrs,
    IReadTable<NumericIdentity, IdentityRow> identities,
    DesiredTable<IpPrefix, IpCacheRow> ipcache) : IController
{
    private readonly TableIndex<IpPrefix, ushort, DesiredRow<EndpointRow>> _endpointsAt = new(endpoints.Rows, Prefixes);
    private readonly TableIndex<NumericIdentity, ushort, DesiredRow<EndpointRow>> _endpointsOf = new(endpoints.Rows, row => [row.Row.Identity]);
    private readonly TableIndex<NumericIdentity, IpPrefix, CidrIdentityRow> _prefixesOf = new(cidrs, cidr => [cidr.Id]);
    private readonly TableIndex<NumericIdentity, IpPrefix, StoredIpRow> _storedOf = new(stored, row => [row.Identity]);
    private readonly TableIndex<IpPrefix, NodeKey, NodeRow> _nodesAt = new(nodes, node => node.Origin == NodeOrigin.Local ? [] : node.Addresses.Select(address => IpPrefix.Host(address.Address)));
    private readonly TableTracker<IpPrefix, NodeRangeRow> _ranges = ranges.Track();
    private readonly NodeTunnels _tunnels = new(plans, nodes, stored);
    private readonly TableTracker<IpPrefix, StoredIpRow> _stored = stored.Track();
    private readonly TableTracker<IpPrefix, HostAddressRow> _hosts = hosts.Track();
    private readonly TableTracker<IpPrefix, CidrIdentityRow> _cidrs = cidrs.Track();
    private readonly TableTracker<NumericIdentity, IdentityRow> _identities = identities.Track();
    private HashSet<IpPrefix> _due = [];

    /// <inheritdoc />
    public void Compute()
    {
        var touched = new HashSet<NumericIdentity>();
        _endpointsAt.Update(_due);
        _endpointsOf.Update(touched);
        _prefixesOf.Update(touched);
        _storedOf.Update(touched);
        _nodesAt.Update(_due);
        HashSet<IpPrefix> changedRanges = [.. _ranges.Next().Select(change => change.Key)];
        _due.UnionWith(changedRanges);
        if (!_tunnels.Update(_due))
            _due.UnionWith(ipcache.Rows.Select(row => row.Row.Prefix));
        _due.UnionWith(_tunnels.Inside(changedRanges, cidrs));
        touched.Clear();
        touched.UnionWith(_identities.Next().Select(change => change.Key));
        _due.UnionWith(_stored.Next().Select(change => change.Key));
        if (_hosts.Next() is { Count: > 0 } moved)
        {
            _due.UnionWith(moved.Select(change => change.Key));
            // Which of the store's addresses are this node's own has changed with it.
            _due.UnionWith(stored.Select(row => row.Prefix));
        }

        _due.UnionWith(_cidrs.Next().Select(change => change.Key));
        foreach (var identity in touched)
        {
            _due.UnionWith(_prefixesOf[identity]);
            _due.UnionWith(_storedOf[identity]);
            _due.UnionWith(_endpointsOf[identity].SelectMany(id => endpoints.Rows[id] is { } row ? Prefixes(row) : []));
        }

        var known = identities.Snapshot;
        ipcache.Decide(_due, prefix => Claimed(prefix) is { } row ? Gated(row, known) : null);
        _due = [];
    }

    /// <summary>Who has a prefix; of several the highest origin.</summary>
    private IpCacheRow? Claimed(IpPrefix prefix)
    {
        foreach (var id in _endpointsAt[prefix].Order())
        {
            if (endpoints.Rows[id] is { } row && Prefixes(row).Contains(prefix))
                return new(prefix, row.Row.Identity, null, IpCacheOrigin.Endpoint);
        }

        if (hosts[prefix] is not null)
            return new(prefix, NumericIdentity.Host, null, IpCacheOrigin.Host);
        if (stored[prefix] is { } remote && (remote.Host is null || hosts[IpPrefix.Host(remote.Host)] is null))
            return new(prefix, remote.Identity, _tunnels.To(remote), IpCacheOrigin.Kvstore);
        if (NodeAt(prefix) is { } node)
            return new(prefix, NumericIdentity.RemoteNode, _tunnels.To(node), IpCacheOrigin.Kvstore);
        if (ranges[prefix] is { IsOwn: false } range)
            return new(prefix, NumericIdentity.Cluster, _tunnels.To(range), IpCacheOrigin.Kvstore);
        return cidrs[prefix] is { IsWanted: true } cidr ? new(prefix, cidr.Id, _tunnels.Around(prefix, ranges), IpCacheOrigin.Cidr) : null;
    }

    private NodeRow? NodeAt(IpPrefix prefix) => _nodesAt[prefix].OrderBy(key => key.ToString(), StringComparer.Ordinal).Select(key => nodes[key]).OfType<NodeRow>().FirstOrDefault();

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

    /// <summary>An endpoint's addresses, once it has a policy.</summary>
    private static IEnumerable<IpPrefix> Prefixes(DesiredRow<EndpointRow> endpoint)
    {
        if (endpoint is { IsDeleting: false, Row.Policy: not null, Row.IPv4: { } ipv4 })
            yield return IpPrefix.Host(ipv4);
        if (endpoint is { IsDeleting: false, Row.Policy: not null, Row.IPv6: { } ipv6 })
            yield return IpPrefix.Host(ipv6);
    }
}
