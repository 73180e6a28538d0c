using Cilium.Framework.Nodes;
using Cilium.Framework.Routes;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.Tests.Routes;

/// <summary>What a node refuses to tell other routers.</summary>
public sealed class AdvertisementObjectionTests
{
    private static readonly NodeKey Self = new("default", "a");

    private static readonly NodeRow[] Nodes =
    [
        new() { Key = Self, Origin = NodeOrigin.Local, IPv4PodCidr = IpPrefix.Parse("10.1.0.0/24") },
        new() { Key = new NodeKey("default", "b"), Origin = NodeOrigin.Kvstore, IPv4PodCidr = IpPrefix.Parse("10.1.1.0/24"), IPv6PodCidr = IpPrefix.Parse("fd00:1::/64") },
        // Names are one node's within their cluster only.
        new() { Key = new NodeKey("east", "a"), Origin = NodeOrigin.Kvstore, IPv4PodCidr = IpPrefix.Parse("10.9.0.0/24") },
    ];

    private static string? Of(string prefix, bool isDefaultMeant = false) => AdvertisementObjection.Of(IpPrefix.Parse(prefix), Self, Nodes, isDefaultMeant);

    [Theory]
    [InlineData("10.1.0.0/24")]
    [InlineData("10.1.0.128/25")]
    [InlineData("10.1.0.0/16")]
    [InlineData("192.0.2.1/32")]
    [InlineData("0.0.0.0/1")]
    [InlineData("fd00::/32")]
    public void What_is_this_nodes_or_nobodys_may_be_told_and_so_may_what_holds_more_than_one_node(string prefix) => Assert.Null(Of(prefix));

    [Theory]
    [InlineData("10.1.1.0/24", "10.1.1.0/24 lies in 10.1.1.0/24, the range of node default/b: packets to its pods would come here. Accepted: a prefix outside the ranges of other nodes; or advertise it on that node.")]
    [InlineData("10.1.1.7/32", "10.1.1.7/32 lies in 10.1.1.0/24, the range of node default/b: ")]
    [InlineData("fd00:1::/80", "fd00:1::/80 lies in fd00:1::/64, the range of node default/b: ")]
    [InlineData("10.9.0.0/25", "10.9.0.0/25 lies in 10.9.0.0/24, the range of node east/a: ")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0 is the default route: a router that hears it may send this node whatever it has no better way for. Accepted: a longer prefix; or say that it is meant (--default-route).")]
    [InlineData("::/0", "::/0 is the default route: ")]
    [InlineData("127.0.0.1/32", "127.0.0.1/32 is loopback (127.0.0.0/8): no router sends it on. Accepted: a prefix of unicast addresses.")]
    [InlineData("::1/128", "::1/128 is unspecified or loopback (::/127): ")]
    [InlineData("224.1.0.0/16", "224.1.0.0/16 is multicast (224.0.0.0/4): ")]
    [InlineData("fe80::/64", "fe80::/64 is link-local (fe80::/10): ")]
    public void What_would_take_other_nodes_their_packets_is_refused(string prefix, string expected) => Assert.StartsWith(expected, Of(prefix), StringComparison.Ordinal);

    [Fact]
    public void A_default_route_may_be_told_when_it_is_meant()
    {
        Assert.Null(Of("0.0.0.0/0", isDefaultMeant: true));
        Assert.NotNull(Of("10.1.1.0/24", isDefaultMeant: true));
    }
}
