using System.Net;
using Cilium.Framework.Agent.Hosting;
using Cilium.Framework.Nodes;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Agent.Tests.Hosting;

public class ClusterReportTests
{
    [Fact]
    public void Nodes_have_their_reachable_address_and_their_ranges_and_the_default_cluster_no_prefix()
    {
        var self = new NodeKey("default", "b");
        var cluster = ClusterReport.Of(self,
        [
            new NodeRow
            {
                Key = new("east", "a"), Origin = NodeOrigin.Kvstore,
                Addresses = [new(NodeAddress.External, IPAddress.Parse("1.2.3.4")), new(NodeAddress.Internal, IPAddress.Parse("192.168.0.2")), new(NodeAddress.Internal, IPAddress.Parse("fd00::2"))],
            },
            new NodeRow { Key = self, Origin = NodeOrigin.Local, IPv4PodCidr = new IpPrefix(IPAddress.Parse("10.1.0.0"), 16) },
        ]);
        Assert.Equal("b", cluster.Self);
        Assert.Equal(["b", "east/a"], cluster.Nodes.Select(node => node.Name));
        Assert.Equal((true, "", "10.1.0.0/16"), Shown(cluster.Nodes[0].PrimaryAddress.Ipv4));
        Assert.Equal((false, "", ""), Shown(cluster.Nodes[0].PrimaryAddress.Ipv6));
        Assert.Equal((true, "192.168.0.2", ""), Shown(cluster.Nodes[1].PrimaryAddress.Ipv4));
        Assert.Equal((true, "fd00::2", ""), Shown(cluster.Nodes[1].PrimaryAddress.Ipv6));
    }

    private static (bool, string, string) Shown(Client.Models.NodeAddressingElement? element) => (element!.Enabled, element.Ip, element.AllocRange);
}
