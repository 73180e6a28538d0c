using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Identities;
using Cilium.Framework.Nodes;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.IpCache;

/// <summary>plan + nodes -> to which node packets for an address are wrapped.</summary>
/// <param name="plans">How packets leave this node.</param>
/// <param name="nodes">All nodes.</param>
/// <param name="stored">Addresses in the store.</param>
internal sealed class NodeTunnels(IReadTable<string, DevicePlan> plans, IReadTable<NodeKey, NodeRow> nodes, IReadTable<IpPrefix, StoredIpRow> stored)
{
    private readonly TableTracker<string, DevicePlan> _plans = plans.Track();
    private readonly TableIndex<IPAddress, NodeKey, NodeRow> _nodesAt = new(nodes, node => node.Addresses.Select(address => address.Address));
    private AddressFamily? _underlay;

    // Only where the store names nodes by an address of the other family: it costs an array for each address.
    private TableIndex<IPAddress, IpPrefix, StoredIpRow>? _storedBehind;

    /// <summary>Reads what has changed.</summary>
    /// <param name="due">Gets the prefixes in the store whose node may be another now.</param>
    /// <returns>False: every answer may be another.</returns>
    public bool Update(ISet<IpPrefix> due)
    {
        var moved = new HashSet<IPAddress>();
        _nodesAt.Update(moved);
        _storedBehind?.Update(new HashSet<IPAddress>());
        if (_plans.Next().Count > 0 && plans[DevicePlan.Key]?.Underlay is var underlay && underlay != _underlay)
        {
            _underlay = underlay;
            _storedBehind = null;
            return false;
        }

        if (_underlay == AddressFamily.InterNetworkV6 && moved.Count > 0)
        {
            if (_storedBehind is null)
                (_storedBehind = new(stored, row => row.Host is { } host ? [host] : [])).Update(new HashSet<IPAddress>());
            due.UnionWith(moved.SelectMany(address => _storedBehind[address]));
        }

        return true;
    }

    /// <summary>For an address in the store; null: packets are not wrapped, or nobody knows the node.</summary>
    public IPAddress? To(StoredIpRow row)
    {
        if (_underlay is null || row.Host is null || row.Host.AddressFamily == _underlay)
            return _underlay is null ? null : row.Host;
        return _nodesAt[row.Host].Select(key => nodes[key]).OfType<NodeRow>().OrderBy(node => node.Key.ToString(), StringComparer.Ordinal).FirstOrDefault() is { } node ? To(node) : null;
    }

    /// <summary>For a node's range.</summary>
    public IPAddress? To(NodeRangeRow range) => _underlay is { } family ? range.AddressOf(family) : null;

    /// <summary>For a prefix that a rule names: an address of another node's range is behind that node before anybody has said whose it is.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="ranges">Ranges of the nodes.</param>
    public IPAddress? Around(IpPrefix prefix, IReadTable<IpPrefix, NodeRangeRow> ranges)
    {
        if (_underlay is null)
            return null;
        for (var length = prefix.Length - 1; length >= 0; length--)
        {
            if (ranges[prefix.Shortened(length)] is { } range)
                return range.IsOwn ? null : To(range);
        }

        return null;
    }

    /// <summary>Prefixes that rules name within some ranges.</summary>
    /// <param name="outer">The ranges.</param>
    /// <param name="cidrs">The prefixes.</param>
    public IEnumerable<IpPrefix> Inside(IReadOnlySet<IpPrefix> outer, IReadTable<IpPrefix, CidrIdentityRow> cidrs)
    {
        if (_underlay is null || outer.Count == 0)
            return [];
        int[] lengths = [.. outer.Select(range => range.Length).Distinct()];
        return cidrs.Select(cidr => cidr.Prefix).Where(prefix => lengths.Any(length => length < prefix.Length && outer.Contains(prefix.Shortened(length))));
    }

    /// <summary>For an address of a node: what endpoints send there is wrapped too, so that it arrives with their identity. Nodes speak plainly with each other.</summary>
    public IPAddress? To(NodeRow node) => _underlay is { } family ? node.AddressOf(family) : null;
}
