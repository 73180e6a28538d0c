using System.Net;
using Cilium.Framework.Identities;

namespace Cilium.Framework.Core.Tests.Identities;

public class NodeKeyNameTests
{
    [Theory]
    [InlineData(null, "10.0.0.5,10.0.0.6", "10.0.0.5")]
    [InlineData(null, "fd00::5,10.0.0.6", "10.0.0.6")]
    [InlineData(null, "fd00::5", "fd00::5")]
    [InlineData(null, "127.0.0.1,::1,fe80::1", "node1")]
    [InlineData(null, "10.244.0.1,10.0.0.5", "10.0.0.5")]
    [InlineData(null, "10.244.0.1", "node1")]
    [InlineData("10.0.0.6", "10.0.0.5,10.0.0.6", "10.0.0.6")]
    [InlineData("10.0.0.6", "10.0.0.5", "10.0.0.5")]
    [InlineData("10.0.0.6", "127.0.0.1", "10.0.0.6")]
    [InlineData("node1", "127.0.0.1", "node1")]
    [InlineData("10.244.0.1", "10.244.0.1", "node1")]
    [InlineData("10.244.0.1", "10.244.0.1,10.0.0.5", "10.0.0.5")]
    [InlineData("127.0.0.1", "127.0.0.1", "node1")]
    public void The_name_stays_while_it_can_and_is_neither_a_gateway_nor_everybodys(string? remembered, string addresses, string expected) =>
        Assert.Equal(expected, NodeKeyName.Choose(null, remembered, [.. addresses.Split(',').Select(IPAddress.Parse)], [IPAddress.Parse("10.244.0.1")], "node1"));

    [Fact]
    public void What_is_configured_wins() =>
        Assert.Equal("10.0.0.9", NodeKeyName.Choose(IPAddress.Parse("10.0.0.9"), "10.0.0.5", [IPAddress.Parse("10.0.0.5")], [], "node1"));
}
