using Cilium.Framework.Errors;
using Cilium.Framework.Nodes;
using Cilium.Framework.Routing;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.Tests.Nodes;

public class ConfiguredMtuTests
{
    private static readonly IpPrefix Range = IpPrefix.Parse("10.1.0.0/24"), RangeV6 = IpPrefix.Parse("fd00:1::/64");

    [Theory]
    [InlineData(Encapsulation.None, 0, 1279, "mtu: is 1279, but IPv6 needs 1280 bytes. Raise it to 1280 or more, or give the node's endpoints no IPv6 range (ipv6.enabled, ipv6.pod-cidr).")]
    [InlineData(Encapsulation.Vxlan, 50, 1329, "mtu: is 1329, of which 50 are for wrapping: 1279 are left, but IPv6 needs 1280 bytes. Raise it to 1330 or more, or give the node's endpoints no IPv6 range (ipv6.enabled, ipv6.pod-cidr).")]
    public void One_that_leaves_ipv6_too_little_is_refused_and_a_byte_more_is_taken(Encapsulation encapsulation, int overhead, int mtu, string expected)
    {
        Assert.Equal(expected, Assert.Throws<ConfigurationException>(() => Check(encapsulation, overhead, mtu, RangeV6)).Message);
        Check(encapsulation, overhead, mtu + 1, RangeV6);
        Check(encapsulation, overhead, mtu, Range);
    }

    [Fact]
    public void What_a_device_carries_is_not_its_business() => Check(Encapsulation.Vxlan, 50, mtu: null, RangeV6);

    private static void Check(Encapsulation encapsulation, int overhead, int? mtu, IpPrefix range) => ConfiguredMtu.Check(
        new DevicePlan(new NodeDescription("node1", [range], [new("eth0", 1300, [], true)]), new RoutingPlan(encapsulation, overhead, [new("eth0", DeviceRole.Native)]), pools: [], mtu));
}
