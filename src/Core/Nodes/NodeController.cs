using System.Net;
using System.Net.Sockets;
using Cilium.Framework.IpCache;
using Cilium.Framework.NodeHealth;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Nodes;

/// <summary>kv-nodes + host-addresses + pod-cidrs + health-addresses -> nodes: what the store says about others, and what this node says about itself, which nobody overrides.</summary>
/// <param name="self">This node.</param>
/// <param name="clusterId">Number of its cluster.</param>
/// <param name="address">The address by which others know it; null: it has none.</param>
/// <param name="stored">Nodes in the store.</param>
/// <param name="hosts">Addresses of this node.</param>
/// <param name="podCidrs">Ranges of this node's endpoints.</param>
/// <param name="health">Addresses of this node's health endpoint.</param>
/// <param name="nodes">Written here only.</param>
internal sealed class NodeController(
    NodeKey self, byte clusterId, IPAddress? address, IReadTable<NodeKey, NodeRow> stored, IReadTable<IpPrefix, HostAddressRow> hosts, IReadTable<IpPrefix, PodCidrRow> podCidrs,
    IReadTable<IPAddress, HealthAddressRow> health, IWriteTable<NodeKey, NodeRow> nodes)
    : IController
{
    private readonly TableTracker<NodeKey, NodeRow> _stored = stored.Track();

    /// <inheritdoc />
    public void Compute()
    {
        var changes = _stored.Next().Where(change => change.Key != self).ToList();
        var local = Local();
        nodes.Write(writer =>
        {
            foreach (var change in changes)
            {
                if (change.IsRemoval)
                    writer.Remove(change.Key);
                else
                    writer.Upsert(change.Row);
            }

            writer.Upsert(local);
        });
    }

    private NodeRow Local() => new()
    {
        Key = self, ClusterId = clusterId, Origin = NodeOrigin.Local, Addresses = [.. Addresses().Select(own => new NodeAddress(NodeAddress.Internal, own)), .. AmongPods().Select(own => new NodeAddress(NodeAddress.CiliumInternal, own))],
        IPv4PodCidr = Range(isIPv6: false), IPv6PodCidr = Range(isIPv6: true),
        IPv4Health = Health(AddressFamily.InterNetwork), IPv6Health = Health(AddressFamily.InterNetworkV6),
    };

    /// <summary>One address of each family, the second from the device that carries the first.</summary>
    private IEnumerable<IPAddress> Addresses()
    {
        if (address is null)
            return [];
        var known = IpPrefix.Host(address);
        var device = hosts[known]?.Device;
        var other = hosts.Where(host => host.Device == device && device is { Length: > 0 } && host.Prefix.IsIPv6 != known.IsIPv6).Select(host => (IpPrefix?)host.Prefix).Min();
        return new[] { address, other?.Address }.OfType<IPAddress>();
    }

    private IEnumerable<IPAddress> AmongPods() => address is null
        ? []
        : hosts.Select(host => host.Prefix).Where(own => podCidrs.Any(range => range.Cidr.Contains(own))).Order().Select(own => own.Address);

    private IPAddress? Health(AddressFamily family) => health.Select(row => row.Address).FirstOrDefault(own => own.AddressFamily == family);

    private IpPrefix? Range(bool isIPv6) => podCidrs.Select(row => (IpPrefix?)row.Cidr).Where(cidr => cidr!.Value.IsIPv6 == isIPv6).Min();
}
