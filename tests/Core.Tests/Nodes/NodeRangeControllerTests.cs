using System.Net;
using Cilium.Framework.Health;
using Cilium.Framework.Nodes;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Core.Tests.Nodes;

public sealed class NodeRangeControllerTests
{
    private static readonly NodeKey Self = new("default", "m");

    private readonly Table<NodeKey, NodeRow> _nodes = new("nodes", row => row.Key);
    private readonly Table<IpPrefix, NodeRangeRow> _ranges = new("node-ranges", row => row.Cidr);
    private readonly HealthTree _health = new(TimeProvider.System);
    private readonly NodeRangeController _controller;

    public NodeRangeControllerTests() => _controller = new(Self, _nodes, _ranges, _health.Scope("node-ranges"));

    private void Node(string name, string range, string address = "192.168.0.1") => _nodes.Upsert(new NodeRow
    {
        Key = new("default", name), IPv4PodCidr = IpPrefix.Parse(range), Addresses = [new(NodeAddress.Internal, IPAddress.Parse(address))], Origin = name == Self.Name ? NodeOrigin.Local : NodeOrigin.Kvstore,
    });

    private string[] Ranges()
    {
        _controller.Compute();
        return [.. _ranges.Select(row => $"{row.Cidr} {row.Node.Name}").Order(StringComparer.Ordinal)];
    }

    private string Said => _health.Snapshot().Single(node => node.Path == "node-ranges").Message;

    [Fact]
    public void Every_node_has_its_range_and_where_it_is_reached()
    {
        Node("m", "10.1.0.0/24");
        Node("a", "10.2.0.0/24", "192.168.0.2");
        Assert.Equal(["10.1.0.0/24 m", "10.2.0.0/24 a"], Ranges());
        Assert.Equal(new NodeRangeRow(IpPrefix.Parse("10.2.0.0/24"), new("default", "a"), IsOwn: false, IPAddress.Parse("192.168.0.2"), null), _ranges[IpPrefix.Parse("10.2.0.0/24")]);
        Assert.True(_ranges[IpPrefix.Parse("10.1.0.0/24")]!.IsOwn);
        Assert.Equal("2 ranges", Said);
    }

    [Fact]
    public void Of_two_nodes_that_claim_a_range_the_first_keeps_it_and_the_other_gets_it_when_the_first_goes()
    {
        Node("z", "10.2.0.0/24");
        Assert.Equal(["10.2.0.0/24 z"], Ranges());
        Node("a", "10.2.0.0/24");
        Assert.Equal(["10.2.0.0/24 z"], Ranges());
        Assert.Equal("range 10.2.0.0/24 of node default/a overlaps 10.2.0.0/24 of node default/z, which comes first. It is left out. Give every node a range of its own.", Said);
        _nodes.Remove(new("default", "z"));
        Assert.Equal(["10.2.0.0/24 a"], Ranges());
        Assert.Equal("1 ranges", Said);
    }

    [Fact]
    public void This_nodes_own_range_is_its_own_whoever_had_it_before()
    {
        Node("a", "10.1.0.0/16");
        Assert.Equal(["10.1.0.0/16 a"], Ranges());
        Node("m", "10.1.7.0/24");
        Assert.Equal(["10.1.7.0/24 m"], Ranges());
        Assert.StartsWith("range 10.1.0.0/16 of node default/a overlaps 10.1.7.0/24, which this node uses itself. It is left out here;", Said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.2.0.0/16", "10.2.3.0/24")]
    [InlineData("10.2.3.0/24", "10.2.0.0/16")]
    [InlineData("0.0.0.0/0", "10.2.0.0/16")]
    public void Ranges_inside_and_around_others_overlap_them(string first, string second)
    {
        Node("b", first, "fd00::1");
        Ranges();
        Node("c", second, "fd00::2");
        Assert.Equal([$"{first} b"], Ranges());
    }

    [Fact]
    public void A_range_that_holds_a_nodes_address_is_left_out()
    {
        Node("m", "10.1.0.0/24");
        Node("a", "192.168.0.0/24", "192.168.1.1");
        Assert.Equal(["10.1.0.0/24 m"], Ranges());
        Assert.Equal("range 192.168.0.0/24 of node default/a holds 192.168.0.1, the address of node default/m. It is left out. Give the node's endpoints a range apart from the network of the nodes.", Said);
    }

    [Fact]
    public void A_nodes_own_address_among_its_endpoints_is_no_address_of_the_nodes_network()
    {
        _nodes.Upsert(new NodeRow { Key = new("default", "a"), IPv4PodCidr = IpPrefix.Parse("10.2.0.0/24"), Addresses = [new(NodeAddress.CiliumInternal, IPAddress.Parse("10.2.0.1"))], Origin = NodeOrigin.Kvstore });
        Assert.Equal(["10.2.0.0/24 a"], Ranges());
    }
}
