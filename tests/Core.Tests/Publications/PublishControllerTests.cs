using System.Net;
using System.Text.Json.Nodes;
using Cilium.Framework.Nodes;
using Cilium.Framework.Publications;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Core.Tests.Publications;

public sealed class PublishControllerTests
{
    private static readonly NodeKey Self = new("default", "node1");

    private readonly Table<NodeKey, NodeRow> _nodes = new("nodes", row => row.Key);
    private readonly DesiredTable<ushort, EndpointRow> _endpoints = new("endpoints", row => row.Id, TimeProvider.System);
    private readonly DesiredTable<string, PublicationRow> _publications = new("publications", row => row.Key, TimeProvider.System);

    [Theory]
    [InlineData("192.0.2.11", "192.0.2.11", "2001:db8::11")]
    [InlineData("2001:db8::11", "2001:db8::11")]
    [InlineData("192.0.2.11", "192.0.2.11")]
    public void Addresses_of_both_families_name_the_nodes_ipv4_address_and_its_ipv6_address_where_it_has_no_other(string expected, params string[] addresses)
    {
        _nodes.Upsert(new NodeRow { Key = Self, ClusterId = 0, Origin = NodeOrigin.Local, Addresses = [.. addresses.Select(address => new NodeAddress(NodeAddress.Internal, IPAddress.Parse(address)))] });
        _endpoints.Upsert(new EndpointRow
        {
            Id = 7, IfIndex = 1, Device = "lxc7", Mac = new(1), HostMac = new(2), IPv4 = IPAddress.Parse("10.1.0.7"), IPv6 = IPAddress.Parse("fd00::7"),
            Identity = new(1001), Policy = new PolicyId(new(1001)),
        });
        new PublishController(Self, _nodes, _endpoints, _publications).Compute();
        Assert.Equal([expected, expected], _publications.Desired.Where(row => row.Key != Self.StoreKey).Select(row => (string?)JsonNode.Parse(row.Value)!["HostIP"]));
    }
}
