using System.Net.Sockets;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class RoutedDirectTests(RoutedDirectNodes nodes) : UnderlayTests(nodes), IClassFixture<RoutedDirectNodes>
{
    [Fact]
    public void Ranges_of_nodes_on_other_networks_are_left_to_the_router()
    {
        using var netlink = RouteNetlink.Open(nodes.Nodes[0].Network.Node);
        var place = nodes.Nodes[0].Network.Place;
        Assert.DoesNotContain(
            new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 }.SelectMany(netlink.ListRoutes),
            route => route.Protocol == 161 && route.Destination is { } range && !place.PodIPv4.Contains(range) && !place.PodIPv6.Contains(range));
    }
}
