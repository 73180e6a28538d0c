using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Cilium.Framework.IpCache;
using Cilium.Framework.Nodes;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Publications;

/// <summary>nodes (this one) + endpoints -> publications: the node, and each endpoint's addresses with its identity.</summary>
/// <param name="self">This node.</param>
/// <param name="nodes">All nodes.</param>
/// <param name="endpoints">Endpoints of this node.</param>
/// <param name="publications">Written here only.</param>
internal sealed class PublishController(NodeKey self, IReadTable<NodeKey, NodeRow> nodes, DesiredTable<ushort, EndpointRow> endpoints, DesiredTable<string, PublicationRow> publications) : IController
{
    private readonly TableIndex<string, ushort, DesiredRow<EndpointRow>> _endpointsOf = new(endpoints.Rows, row => Keys(row.Row));
    private readonly TableTracker<NodeKey, NodeRow> _nodes = nodes.Track();
    private NodeRow? _self;

    /// <inheritdoc />
    public void Compute()
    {
        var due = new HashSet<string>();
        _endpointsOf.Update(due);
        if (_nodes.Next().Any(change => change.Key == self) && nodes[self] is var now && !Equals(now, _self))
        {
            _self = now;
            due.Add(self.StoreKey);
            // Every address names the node's own.
            due.UnionWith(_endpointsOf.Values);
        }

        publications.Decide(due, key => Decide(key) is { } row ? (row, null) : null);
    }

    private PublicationRow? Decide(string key)
    {
        if (_self is null)
            return null;
        if (key == self.StoreKey)
            return new(key, NodeJson.Write(_self));
        foreach (var id in _endpointsOf[key].Order())
        {
            if (endpoints.Rows[id] is { IsDeleting: false, Row: { Policy: not null } row } && Addresses(row).FirstOrDefault(address => KeyOf(address) == key) is { } address)
                return new(key, IpJson.Write(new StoredIpRow(IpPrefix.Host(address), row.Identity, Host, string.Create(CultureInfo.InvariantCulture, $"cilium-global:{self.Cluster}:{self.Name}:{id}"))));
        }

        return null;
    }

    // As Cilium, whatever the family of the endpoint's address: nodes that wrap packets find this one by it.
    private IPAddress? Host => _self!.AddressOf(AddressFamily.InterNetwork) ?? _self.AddressOf(AddressFamily.InterNetworkV6);

    private static IEnumerable<string> Keys(EndpointRow row) => Addresses(row).Select(KeyOf);

    private static IEnumerable<IPAddress> Addresses(EndpointRow row) => new[] { row.IPv4, row.IPv6 }.OfType<IPAddress>();

    private static string KeyOf(IPAddress address) => StoredIpRow.StoreKey(IpPrefix.Host(address));
}
