using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Identities;
using Cilium.Framework.IpCache;
using Cilium.Framework.Labels;
using Cilium.Framework.Nodes;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routing;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Core.Tests.IpCache;

public sealed class NodeTunnelTests
{
    private static readonly NumericIdentity Web = new(1001);
    private static readonly IpPrefix Pod = IpPrefix.Parse("10.2.0.7/32");
    private static readonly IpPrefix Range = IpPrefix.Parse("10.2.0.0/24");
    private static readonly IpPrefix Router = IpPrefix.Parse("10.2.0.1/32");

    private readonly Table<IpPrefix, StoredIpRow> _ips = new("kv-ips", row => row.Prefix);
    private readonly Table<NodeKey, NodeRow> _nodes = new("nodes", row => row.Key);
    private readonly Table<IpPrefix, NodeRangeRow> _ranges = new("node-ranges", row => row.Cidr);
    private readonly Table<string, DevicePlan> _plans = new("plan", _ => DevicePlan.Key);
    private readonly Table<IpPrefix, CidrIdentityRow> _cidrs = new("cidr-identities", row => row.Prefix);
    private readonly Table<NumericIdentity, IdentityRow> _identities = new("identities", row => row.Id);
    private readonly DesiredTable<IpPrefix, IpCacheRow> _ipcache = new("ipcache", row => row.Prefix, TimeProvider.System);
    private readonly IpCacheController _controller;

    public NodeTunnelTests()
    {
        _controller = new(
            new("endpoints", row => row.Id, TimeProvider.System), new Table<IpPrefix, HostAddressRow>("host-addresses", row => row.Prefix), _ips, _nodes, _ranges, _plans,
            _cidrs, _identities, _ipcache);
        _identities.Upsert(new IdentityRow(Web, LabelSet.Parse("k8s:app=web")));
        _ips.Upsert(new StoredIpRow(Pod, Web, IPAddress.Parse("192.168.0.2"), ""));
        Node("fd00::2");
    }

    private void Node(string ipv6)
    {
        var key = new NodeKey("default", "two");
        _nodes.Upsert(new NodeRow
        {
            Key = key, IPv4PodCidr = Range, Origin = NodeOrigin.Kvstore,
            Addresses = [new(NodeAddress.Internal, IPAddress.Parse("192.168.0.2")), new(NodeAddress.Internal, IPAddress.Parse(ipv6)), new(NodeAddress.CiliumInternal, Router.Address)],
        });
        _ranges.Upsert(new NodeRangeRow(Range, key, IsOwn: false, IPAddress.Parse("192.168.0.2"), IPAddress.Parse(ipv6)));
    }

    private void Plan(Encapsulation encapsulation, AddressFamily underlay = AddressFamily.InterNetwork) =>
        _plans.Upsert(new DevicePlan(new NodeDescription("one", [], []), new RoutingPlan(encapsulation, 0, []) { Underlay = underlay }, [], mtu: null));

    private (NumericIdentity Identity, string? Through) Resolves(IpPrefix prefix)
    {
        _controller.Compute();
        var row = _ipcache.Rows[prefix]!.Row;
        return (row.Identity, row.TunnelEndpoint?.ToString());
    }

    [Fact]
    public void Where_nothing_is_wrapped_nothing_has_a_tunnel()
    {
        Assert.Equal((Web, null), Resolves(Pod));
        Plan(Encapsulation.None);
        Assert.Equal((Web, null), Resolves(Pod));
        Assert.Equal((NumericIdentity.Cluster, null), Resolves(Range));
        Assert.Equal((NumericIdentity.RemoteNode, null), Resolves(Router));
    }

    [Fact]
    public void Pods_their_range_and_the_nodes_own_address_among_them_are_behind_their_node()
    {
        Assert.Equal((Web, null), Resolves(Pod));
        Plan(Encapsulation.Vxlan);
        Assert.Equal((Web, "192.168.0.2"), Resolves(Pod));
        Assert.Equal((NumericIdentity.Cluster, "192.168.0.2"), Resolves(Range));
        Assert.Equal((NumericIdentity.RemoteNode, "192.168.0.2"), Resolves(Router));
        // A packet with an endpoint's source would be refused there if it came plainly.
        Assert.Equal((NumericIdentity.RemoteNode, "192.168.0.2"), Resolves(IpPrefix.Parse("192.168.0.2")));
    }

    [Fact]
    public void Over_the_other_family_the_node_is_found_by_the_address_that_the_store_names_and_followed()
    {
        Plan(Encapsulation.Vxlan, AddressFamily.InterNetworkV6);
        Assert.Equal((Web, "fd00::2"), Resolves(Pod));
        Node("fd00::22");
        Assert.Equal((Web, "fd00::22"), Resolves(Pod));
        Assert.Equal((NumericIdentity.Cluster, "fd00::22"), Resolves(Range));
        _ips.Upsert(new StoredIpRow(Pod, Web, IPAddress.Parse("192.168.0.3"), ""));
        Assert.Equal((Web, null), Resolves(Pod));
        Plan(Encapsulation.Vxlan);
        Assert.Equal((Web, "192.168.0.3"), Resolves(Pod));
    }

    /// <summary>A rule about a part of a node's range does not take that part out of the overlay.</summary>
    [Fact]
    public void What_a_rule_names_within_a_range_is_behind_the_ranges_node()
    {
        var (part, outside) = (IpPrefix.Parse("10.2.0.128/25"), IpPrefix.Parse("10.3.0.0/25"));
        var (partId, outsideId) = (new NumericIdentity(NumericIdentity.FirstNodeLocal), new NumericIdentity(NumericIdentity.FirstNodeLocal + 1));
        Cidr(part, partId);
        Cidr(outside, outsideId);
        Assert.Equal((partId, null), Resolves(part));
        Plan(Encapsulation.Vxlan);
        Assert.Equal((partId, "192.168.0.2"), Resolves(part));
        Assert.Equal((outsideId, null), Resolves(outside));

        _ranges.Remove(Range);
        Assert.Equal((partId, null), Resolves(part));
        Node("fd00::2");
        Assert.Equal((partId, "192.168.0.2"), Resolves(part));
    }

    private void Cidr(IpPrefix prefix, NumericIdentity id)
    {
        _cidrs.Upsert(new CidrIdentityRow(prefix, id, IsWanted: true));
        _identities.Upsert(new IdentityRow(id, LabelSet.Parse($"cidr:{prefix}")));
    }
}
