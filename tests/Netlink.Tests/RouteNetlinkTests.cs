using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Cilium.Framework.Netlink.Tests;

[Trait("Needs", "Root")]
public class RouteNetlinkTests
{
    [Fact]
    public void A_veth_pair_spans_two_namespaces_with_the_given_addresses_and_mtu()
    {
        using var fixture = new NamespaceFixture();
        fixture.Netlink.CreateVeth(new VethPair
        {
            Name = "lxc1", PeerName = "eth0", PeerNamespace = fixture.Right, Mtu = 1400,
            Mac = PhysicalAddress.Parse("0A:00:00:00:00:01"), PeerMac = PhysicalAddress.Parse("0A:00:00:00:00:02"),
        });

        var host = fixture.Netlink.FindLink("lxc1")!;
        using var right = RouteNetlink.Open(fixture.Right);
        var peer = right.FindLink("eth0")!;
        Assert.Equal(("veth", 1400, "0A0000000001", false), (host.Kind, host.Mtu, host.Mac.ToString(), host.IsUp));
        Assert.Equal(("veth", 1400, "0A0000000002"), (peer.Kind, peer.Mtu, peer.Mac.ToString()));
        Assert.Equal(peer.Index, host.PeerIndex);
    }

    [Fact]
    public void A_taken_name_is_refused_with_the_kernels_words()
    {
        using var fixture = new NamespaceFixture();
        fixture.Veth("a");
        var exception = Assert.Throws<NetlinkException>(() => fixture.Veth("a"));
        Assert.Equal(NetlinkException.Exists, exception.Errno);
        Assert.Contains("create veth a with peer a-peer: File exists", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_does_not_exist_is_null_and_deleting_it_succeeds()
    {
        using var fixture = new NamespaceFixture();
        Assert.Null(fixture.Netlink.FindLink("nothing"));
        Assert.Null(fixture.Netlink.FindLink(4711));
        fixture.Netlink.DeleteLink("nothing");
    }

    [Fact]
    public void Flags_and_mtu_change()
    {
        using var fixture = new NamespaceFixture();
        var link = fixture.Veth();
        fixture.Netlink.SetUp(link.Index);
        fixture.Netlink.DisableArp(link.Index);
        fixture.Netlink.SetMtu(link.Index, 1300);
        var changed = fixture.Netlink.FindLink(link.Index)!;
        Assert.Equal((true, false, 1300), (changed.IsUp, changed.HasArp, changed.Mtu));
        fixture.Netlink.SetDown(link.Index);
        Assert.False(fixture.Netlink.FindLink(link.Index)!.IsUp);
    }

    [Theory]
    [InlineData("10.1.0.1", 32)]
    [InlineData("fd00::1", 128)]
    public void An_address_comes_and_goes_and_both_may_be_repeated(string text, int length)
    {
        using var fixture = new NamespaceFixture();
        var link = fixture.Veth();
        var address = IPAddress.Parse(text);
        for (var i = 0; i < 2; i++)
        {
            fixture.Netlink.AddAddress(link.Index, address, length);
            Assert.Contains(fixture.Netlink.ListAddresses(), a => a.IfIndex == link.Index && a.IP.Equals(address) && a.PrefixLength == length);
        }

        for (var i = 0; i < 2; i++)
        {
            fixture.Netlink.DeleteAddress(link.Index, address, length);
            Assert.DoesNotContain(fixture.Netlink.ListAddresses(), a => a.IP.Equals(address));
        }
    }

    [Theory]
    [InlineData("10.1.0.0", 24, "10.1.0.1", 32)]
    [InlineData("fd00:1::", 64, "fd00:1::1", 128)]
    public void A_route_with_its_protocol_source_and_mtu_is_read_back_and_deleted(string network, int length, string source, int sourceLength)
    {
        using var fixture = new NamespaceFixture();
        var link = fixture.Veth();
        fixture.Netlink.SetUp(link.Index);
        fixture.Netlink.AddAddress(link.Index, IPAddress.Parse(source), sourceLength);
        var route = new Route
        {
            Destination = IPAddress.Parse(network), PrefixLength = length, IfIndex = link.Index, PreferredSource = IPAddress.Parse(source), Mtu = 1400, Protocol = 161,
        };
        fixture.Netlink.ReplaceRoute(route);
        fixture.Netlink.ReplaceRoute(route);

        var family = route.Destination.AddressFamily;
        var read = Assert.Single(fixture.Netlink.ListRoutes(family), r => r.Protocol == 161);
        Assert.Equal((route.Destination, length, link.Index, route.PreferredSource, 1400), (read.Destination, read.PrefixLength, read.IfIndex, read.PreferredSource, read.Mtu));

        fixture.Netlink.DeleteRoute(route);
        fixture.Netlink.DeleteRoute(route);
        Assert.DoesNotContain(fixture.Netlink.ListRoutes(family), r => r.Protocol == 161);
    }

    [Fact]
    public void A_neighbour_is_permanent_and_goes()
    {
        using var fixture = new NamespaceFixture();
        var link = fixture.Veth();
        fixture.Netlink.SetUp(link.Index);
        var address = IPAddress.Parse("10.1.0.9");
        fixture.Netlink.ReplaceNeighbour(link.Index, address, PhysicalAddress.Parse("0A:00:00:00:00:09"));
        Assert.Contains(fixture.Netlink.ListNeighbours(), n => n.IP.Equals(address) && n.IsPermanent && n.Mac.ToString() == "0A0000000009");
        fixture.Netlink.DeleteNeighbour(link.Index, address);
        fixture.Netlink.DeleteNeighbour(link.Index, address);
        Assert.DoesNotContain(fixture.Netlink.ListNeighbours(), n => n.IP.Equals(address));
    }

    [Fact]
    public void A_thousand_routes_are_listed_completely()
    {
        using var fixture = new NamespaceFixture();
        var link = fixture.Veth();
        fixture.Netlink.SetUp(link.Index);
        for (var i = 0; i < 1000; i++)
            fixture.Netlink.ReplaceRoute(new Route { Destination = new IPAddress(new byte[] { 10, (byte)(i >> 8), (byte)i, 0 }), PrefixLength = 24, IfIndex = link.Index, Protocol = 161, Scope = 253 });
        Assert.Equal(1000, fixture.Netlink.ListRoutes(AddressFamily.InterNetwork).Count(r => r.Protocol == 161));
    }

    [Fact]
    public void A_socket_stays_in_the_namespace_it_was_opened_in()
    {
        using var fixture = new NamespaceFixture();
        fixture.Veth("only-left");
        using var right = RouteNetlink.Open(fixture.Right);
        Assert.NotNull(fixture.Netlink.FindLink("only-left"));
        Assert.Null(right.FindLink("only-left"));
        using var here = RouteNetlink.Open();
        Assert.Null(here.FindLink("only-left"));
    }

    [Fact]
    public void A_namespace_that_exists_is_not_made_again()
    {
        using var fixture = new NamespaceFixture();
        var exception = Assert.Throws<NetlinkException>(() => NetworkNamespace.Create(fixture.Left.Name));
        Assert.Equal(NetlinkException.Exists, exception.Errno);
    }

    [Fact]
    public void A_bridge_takes_a_port()
    {
        using var fixture = new NamespaceFixture();
        fixture.Netlink.CreateBridge("br0");
        var port = fixture.Veth();
        fixture.Netlink.SetMaster(port.Index, fixture.Netlink.FindLink("br0")!.Index);
        Assert.Equal("bridge", fixture.Netlink.FindLink("br0")!.Kind);
    }
}
