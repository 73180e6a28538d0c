using Cilium.Framework.Errors;
using Cilium.Framework.Rows;
using Microsoft.Extensions.Configuration;

namespace Cilium.Framework.Ipam.ClusterPool.Tests;

public sealed class PoolSettingsTests
{
    private static IReadOnlyList<IpamClusterPool> Read(params (string Key, string Value)[] settings) => PoolSettings.Read(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"ipam:cluster-pool:{setting.Key}", (string?)setting.Value))).Build().GetSection("ipam:cluster-pool"));

    private static IpamClusterPool Pool(string range, int length) => new(IpPrefix.Parse(range), length);

    [Fact]
    public void Without_settings_the_pools_are_those_of_Cilium() => Assert.Equal([Pool("10.0.0.0/8", 24), Pool("fd00::/104", 120)], Read());

    [Fact]
    public void Pools_are_a_list_or_one_text_and_keep_their_order()
    {
        IReadOnlyList<IpamClusterPool> expected = [Pool("10.8.0.0/16", 26), Pool("10.4.0.0/16", 26), Pool("fd00::/104", 120)];
        Assert.Equal(expected, Read(("ipv4:pools:0", "10.8.0.0/16"), ("ipv4:pools:1", "10.4.0.0/16"), ("ipv4:mask-size", "26")));
        Assert.Equal(expected, Read(("ipv4:pools", "10.8.0.0/16, 10.4.0.0/16"), ("ipv4:mask-size", "26")));
    }

    [Theory]
    [InlineData("ipv4:pools", "10.0.0.0", "ipam:cluster-pool:ipv4:pools", "\"10.0.0.0\" is not accepted. Accepted: IPv4 ranges such as 10.0.0.0/8.")]
    [InlineData("ipv4:pools", "fd00::/104", "ipam:cluster-pool:ipv4:pools", "\"fd00::/104\" is not accepted. Accepted: IPv4 ranges such as 10.0.0.0/8.")]
    [InlineData("ipv6:pools", "ten", "ipam:cluster-pool:ipv6:pools", "\"ten\" is not accepted. Accepted: IPv6 ranges such as fd00::/104.")]
    [InlineData("ipv4:pools", "10.0.0.0/16,10.0.128.0/17", "ipam:cluster-pool:ipv4:pools", "10.0.128.0/17 and 10.0.0.0/16 overlap. Accepted: ranges that have no address in common.")]
    [InlineData("ipv4:mask-size", "31", "ipam:cluster-pool:ipv4:mask-size", "\"31\" is not accepted. Accepted: the prefix length of a node's range, 1..30.")]
    [InlineData("ipv4:mask-size", "7", "ipam:cluster-pool:ipv4:mask-size", "7 does not fit the pool 10.0.0.0/8. Accepted: 8..28.")]
    [InlineData("ipv6:mask-size", "126", "ipam:cluster-pool:ipv6:mask-size", "126 does not fit the pool fd00::/104. Accepted: 104..124.")]
    public void What_is_wrong_is_told_with_the_setting_and_what_is_accepted(string key, string value, string path, string message)
    {
        var problem = Assert.Single(Assert.Throws<ConfigurationException>(() => Read((key, value))).Problems);
        Assert.Equal((path, message), (problem.Path, problem.Message));
    }
}
