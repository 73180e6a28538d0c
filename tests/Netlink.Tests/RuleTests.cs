using System.Net;
using System.Net.Sockets;

namespace Cilium.Framework.Netlink.Tests;

[Trait("Needs", "Root")]
public class RuleTests
{
    private const byte Ours = 161;

    [Theory]
    [InlineData(AddressFamily.InterNetwork, "10.1.0.0/16", "10.2.0.0/24")]
    [InlineData(AddressFamily.InterNetworkV6, "fd00:1::/48", "fd00:2::/64")]
    public void A_rule_is_read_back_as_it_was_made_and_goes(AddressFamily family, string source, string destination)
    {
        using var fixture = new NamespaceFixture();
        var rule = new PolicyRule
        {
            Family = family, Priority = 9, Mark = 0x200, Mask = 0xf00, Source = IPNetwork.Parse(source), Destination = IPNetwork.Parse(destination), InputDevice = "eth7", Table = 2005,
            Protocol = Ours,
        };
        fixture.Netlink.AddRule(rule);
        Assert.Equal(rule, Assert.Single(Listed(fixture, family)));
        fixture.Netlink.DeleteRule(rule);
        fixture.Netlink.DeleteRule(rule);
        Assert.Empty(Listed(fixture, family));
    }

    [Fact]
    public void The_kernels_own_rules_are_listed_in_their_order()
    {
        using var fixture = new NamespaceFixture();
        Assert.Equal([(0u, 255u), (32766u, 254u), (32767u, 253u)], fixture.Netlink.ListRules(AddressFamily.InterNetwork).Select(rule => (rule.Priority, rule.Table)));
    }

    [Fact]
    public void The_same_rule_is_not_made_twice()
    {
        using var fixture = new NamespaceFixture();
        var rule = new PolicyRule { Priority = 9, Table = 2005, Protocol = Ours };
        fixture.Netlink.AddRule(rule);
        var exception = Assert.Throws<NetlinkException>(() => fixture.Netlink.AddRule(rule));
        Assert.Equal(NetlinkException.Exists, exception.Errno);
        Assert.StartsWith("add policy rule 9 (InterNetwork, mark 0x0/0x0, table 2005): File exists", exception.Message, StringComparison.Ordinal);
        Assert.Single(Listed(fixture, AddressFamily.InterNetwork));
    }

    [Fact]
    public void A_rule_of_another_maker_stays()
    {
        using var fixture = new NamespaceFixture();
        var theirs = new PolicyRule { Priority = 9, Table = 2005, Protocol = 4 };
        fixture.Netlink.AddRule(theirs);
        fixture.Netlink.DeleteRule(theirs with { Protocol = Ours });
        Assert.Contains(theirs, fixture.Netlink.ListRules(AddressFamily.InterNetwork));
    }

    [Theory]
    [InlineData("10.2.0.7")]
    [InlineData("fd00:2::7")]
    public void A_marked_packet_takes_the_table_of_its_rule(string destination)
    {
        using var fixture = new NamespaceFixture();
        var link = fixture.Veth();
        fixture.Netlink.SetUp(link.Index);
        var address = IPAddress.Parse(destination);
        fixture.Netlink.AddRoute(new Route { Destination = address, PrefixLength = address.GetAddressBytes().Length * 8, IfIndex = link.Index, Table = 2005, Scope = 253 });
        fixture.Netlink.AddRule(new PolicyRule { Family = address.AddressFamily, Priority = 9, Mark = 0x200, Mask = 0xf00, Table = 2005, Protocol = Ours });
        Assert.Null(fixture.Netlink.FindRoute(address));
        Assert.Equal((link.Index, 2005u), fixture.Netlink.FindRoute(address, mark: 0x1201) is { } found ? (found.IfIndex, found.Table) : default);
    }

    private static IEnumerable<PolicyRule> Listed(NamespaceFixture fixture, AddressFamily family) => fixture.Netlink.ListRules(family).Where(rule => rule.Protocol == Ours);
}
