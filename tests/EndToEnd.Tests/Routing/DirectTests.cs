using Cilium.Framework.Netlink;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class DirectTests(DirectNodes nodes) : MultiNodeTests(nodes), IClassFixture<DirectNodes>
{
    private readonly DirectNodes _nodes = nodes;

    [Fact]
    public async Task A_route_that_somebody_deletes_is_back_at_once()
    {
        using var netlink = RouteNetlink.Open(_nodes.Nodes[0].Network.Node);
        Route? Find() => netlink.ListRoutes(System.Net.Sockets.AddressFamily.InterNetwork).SingleOrDefault(route => route.Destination?.ToString() == "10.1.2.0" && route.PrefixLength == 24);
        await Eventually.TrueAsync(() => Find() is { Protocol: 161 }, "node1 has a route to the pods of node2");
        var before = Find()!;
        netlink.DeleteRoute(before);
        await Eventually.TrueAsync(() => before.Equals(Find()), "the route is back as it was", seconds: 3);
    }

    [Fact]
    public async Task Nothing_is_wrapped_and_no_device_is_made()
    {
        using var netlink = RouteNetlink.Open(_nodes.Nodes[0].Network.Node);
        Assert.DoesNotContain(netlink.ListLinks(), link => link.Name is "cilium_vxlan" or "cilium_geneve");
        Assert.DoesNotContain(await RowsAsync(0, "devices"), row => row.Contains("Overlay", StringComparison.Ordinal));
    }
}
