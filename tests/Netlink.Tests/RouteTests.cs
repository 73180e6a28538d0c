using System.Net;
using System.Net.Sockets;

namespace Cilium.Framework.Netlink.Tests;

[Trait("Needs", "Root")]
public class RouteTests
{
    private const byte Ours = 161, Theirs = 162;

    [Theory]
    [InlineData("10.2.0.0", 24, "192.0.2.9")]
    [InlineData("fd00:2::", 64, "2001:db8::9")]
    public void A_gateway_outside_the_devices_networks_needs_to_be_called_on_link(string network, int length, string gateway)
    {
        using var fixture = new NamespaceFixture();
        var route = To(network, length) with { Gateway = IPAddress.Parse(gateway), IfIndex = Up(fixture).Index };
        Assert.Throws<NetlinkException>(() => fixture.Netlink.AddRoute(route));
        fixture.Netlink.AddRoute(route with { OnLink = true });
        var read = Assert.Single(fixture.Netlink.ListRoutes(Filter(route)));
        Assert.Equal((route.Gateway, true), (read.Gateway, read.OnLink));
    }

    [Fact]
    public void An_ipv4_route_has_an_ipv6_gateway()
    {
        using var fixture = new NamespaceFixture();
        var route = To("10.2.0.0", 24) with { Gateway = IPAddress.Parse("fe80::9"), IfIndex = Up(fixture).Index };
        fixture.Netlink.AddRoute(route);
        Assert.Equal(route.Gateway, Assert.Single(fixture.Netlink.ListRoutes(Filter(route))).Gateway);
    }

    [Theory]
    [InlineData("10.2.0.0", 24)]
    [InlineData("fd00:2::", 64)]
    public void A_route_that_exists_is_not_added_again_and_stays_as_it_was(string network, int length)
    {
        using var fixture = new NamespaceFixture();
        var theirs = To(network, length) with { IfIndex = Up(fixture).Index, Protocol = Theirs, Mtu = 1300, Priority = 1024 };
        fixture.Netlink.AddRoute(theirs);
        var exception = Assert.Throws<NetlinkException>(() => fixture.Netlink.AddRoute(theirs with { Protocol = Ours, Mtu = 1400 }));
        Assert.Equal(NetlinkException.Exists, exception.Errno);
        Assert.StartsWith($"add route {network}/{length} in table 254: File exists", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1300, Assert.Single(fixture.Netlink.ListRoutes(Filter(theirs))).Mtu);
    }

    [Fact]
    public void The_kernel_lists_only_what_the_filter_says()
    {
        using var fixture = new NamespaceFixture();
        var (a, b) = (Up(fixture, "a"), Up(fixture, "b"));
        var first = To("10.2.0.0", 24) with { IfIndex = a.Index, Scope = 253 };
        fixture.Netlink.AddRoute(first);
        fixture.Netlink.AddRoute(first with { Destination = IPAddress.Parse("10.3.0.0"), IfIndex = b.Index, Protocol = Theirs });
        fixture.Netlink.AddRoute(first with { Destination = IPAddress.Parse("10.4.0.0"), Table = 2005 });

        var all = new RouteFilter { Family = AddressFamily.InterNetwork };
        Assert.Equal(["10.2.0.0", "10.4.0.0"], Networks(all with { Protocol = Ours }));
        Assert.Equal(["10.3.0.0"], Networks(all with { IfIndex = b.Index, Protocol = Theirs }));
        Assert.Equal(["10.4.0.0"], Networks(all with { Table = 2005 }));
        Assert.Empty(Networks(all with { Table = 77 }));
        Assert.Empty(Networks(all with { IfIndex = 4711 }));
        Assert.Empty(Networks(all with { Family = AddressFamily.InterNetworkV6, Table = 77 }));

        string[] Networks(RouteFilter filter) => [.. fixture.Netlink.ListRoutes(filter).Select(route => route.Destination!.ToString()).Order(StringComparer.Ordinal)];
    }

    [Theory]
    [InlineData("10.2.0.0", 24, Route.BlackholeType, "10.2.0.7")]
    [InlineData("10.2.0.0", 24, Route.UnreachableType, "10.2.0.7")]
    [InlineData("10.2.0.0", 24, Route.ProhibitType, "10.2.0.7")]
    [InlineData("fd00:2::", 64, Route.BlackholeType, "fd00:2::7")]
    [InlineData("fd00:2::", 64, Route.UnreachableType, "fd00:2::7")]
    [InlineData("fd00:2::", 64, Route.ProhibitType, "fd00:2::7")]
    public void A_route_that_refuses_says_so_and_leads_nowhere(string network, int length, byte type, string inside)
    {
        using var fixture = new NamespaceFixture();
        var route = To(network, length) with { Type = type };
        fixture.Netlink.AddRoute(route);
        Assert.Equal(type, Assert.Single(fixture.Netlink.ListRoutes(Filter(route) with { Type = type })).Type);
        Assert.Null(fixture.Netlink.FindRoute(IPAddress.Parse(inside)));
        fixture.Netlink.DeleteRoute(route);
        Assert.Empty(fixture.Netlink.ListRoutes(Filter(route)));
    }

    [Theory]
    [InlineData("192.0.2.1", 24, "192.0.2.9", "192.0.2.254", "10.2.0.0", "10.2.0.7")]
    [InlineData("2001:db8::1", 64, "2001:db8::9", "2001:db8::fe", "fd00:2::", "fd00:2::7")]
    public async Task The_way_to_an_address_has_device_gateway_source_and_mtu(string own, int length, string neighbour, string router, string network, string far)
    {
        using var fixture = new NamespaceFixture();
        var link = Up(fixture);
        Assert.Null(fixture.Netlink.FindRoute(IPAddress.Parse(far)));
        fixture.Netlink.AddAddress(link.Index, IPAddress.Parse(own), length);
        fixture.Netlink.AddRoute(To(network, length) with { Gateway = IPAddress.Parse(router), IfIndex = link.Index, Mtu = 1400 });

        var direct = fixture.Netlink.FindRoute(IPAddress.Parse(neighbour))!;
        Assert.Equal((Route.UnicastType, link.Index, null, IPAddress.Parse(own), 0), (direct.Type, direct.IfIndex, direct.Gateway, direct.PreferredSource, direct.Mtu));
        var routed = fixture.Netlink.FindRoute(IPAddress.Parse(far))!;
        Assert.Equal((link.Index, IPAddress.Parse(router), IPAddress.Parse(own), 1400, Route.MainTable), (routed.IfIndex, routed.Gateway, routed.PreferredSource, routed.Mtu, routed.Table));
        // The kernel makes the route to an own IPv6 address a moment after the address.
        await Eventually.TrueAsync(() => fixture.Netlink.FindRoute(IPAddress.Parse(own))!.Type == Route.LocalType, $"{own} is this machine's");
    }

    [Theory]
    [InlineData("192.0.2.1", 24, "192.0.2.8", "192.0.2.9", "10.2.0.0")]
    [InlineData("2001:db8::1", 64, "2001:db8::8", "2001:db8::9", "fd00:2::")]
    public async Task A_route_with_several_ways_shows_them(string own, int length, string first, string second, string network)
    {
        Require.Tool("ip");
        using var fixture = new NamespaceFixture();
        var link = Up(fixture);
        fixture.Netlink.AddAddress(link.Index, IPAddress.Parse(own), length);
        await IpTool.RunAsync(fixture.Left, $"route add {network}/{length} proto {Ours} nexthop via {first} weight 1 nexthop via {second} weight 3");
        var read = Assert.Single(fixture.Netlink.ListRoutes(new RouteFilter { Family = IPAddress.Parse(own).AddressFamily, Protocol = Ours }));
        Assert.Equal((null, 0), (read.Gateway, read.IfIndex));
        Assert.Equal([new NextHop(IPAddress.Parse(first), link.Index, 1), new NextHop(IPAddress.Parse(second), link.Index, 3)], read.NextHops);
    }

    private static Route To(string network, int length) => new()
    {
        Destination = IPAddress.Parse(network), PrefixLength = length, Protocol = Ours, Family = IPAddress.Parse(network).AddressFamily,
    };

    private static RouteFilter Filter(Route route) => new() { Family = route.Family, Protocol = route.Protocol };

    private static Link Up(NamespaceFixture fixture, string name = "a")
    {
        var link = fixture.Veth(name);
        fixture.Netlink.SetUp(link.Index);
        fixture.Netlink.SetUp(fixture.Netlink.FindLink(name + "-peer")!.Index);
        return link;
    }
}
