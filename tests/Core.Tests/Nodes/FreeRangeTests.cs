using Cilium.Framework.Ipam;
using Cilium.Framework.Nodes;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.Tests.Nodes;

public sealed class FreeRangeTests
{
    private static readonly IpamClusterPool Pool = new(IpPrefix.Parse("10.4.0.0/16"), 24);

    private static NodeKey Node(int number) => new("default", $"node{number}");

    private static IpPrefix? Choose(IReadOnlyList<IpamClusterPool> pools, params string[] taken) => FreeRange.Choose(pools, [.. taken.Select(IpPrefix.Parse)], Node(1));

    [Fact]
    public void A_node_finds_the_same_range_again_and_nodes_begin_at_different_places()
    {
        Assert.Equal(Choose([Pool]), Choose([Pool]));
        var chosen = Enumerable.Range(0, 100).Select(number => FreeRange.Choose([Pool], [], Node(number))!.Value).ToList();
        Assert.All(chosen, range => Assert.True(Pool.Cidr.Contains(range) && range.Length == 24));
        // 100 of 256 at random hit about 82 different ones.
        Assert.InRange(chosen.Distinct().Count(), 60, 100);
    }

    [Fact]
    public void Every_range_is_found_before_there_is_none()
    {
        var taken = new HashSet<IpPrefix>();
        while (FreeRange.Choose([Pool], taken, Node(taken.Count)) is { } free)
            Assert.True(taken.Add(free));
        Assert.Equal(256, taken.Count);
    }

    [Fact]
    public void The_second_pool_is_used_when_the_first_is_full()
    {
        IpamClusterPool small = new(IpPrefix.Parse("10.9.0.0/24"), 24);
        Assert.Equal(small.Cidr, Choose([small, Pool]));
        Assert.True(Pool.Cidr.Contains(Choose([small, Pool], "10.9.0.0/24")!.Value));
    }

    [Theory]
    [InlineData("10.4.0.0/17", "10.4.128.0/18", "10.4.192.0/18")]
    [InlineData("10.0.0.0/8")]
    public void Larger_ranges_of_others_take_what_is_in_them(params string[] taken) => Assert.Null(Choose([Pool], taken));

    [Fact]
    public void Smaller_ranges_of_others_take_what_they_are_in()
    {
        IpamClusterPool two = new(IpPrefix.Parse("10.4.0.0/23"), 24);
        Assert.Equal(IpPrefix.Parse("10.4.1.0/24"), Choose([two], "10.4.0.128/28"));
        Assert.Null(Choose([two], "10.4.0.128/28", "10.4.1.1/32"));
    }

    [Fact]
    public void A_pool_of_IPv6_that_is_one_range_is_given_whole() =>
        Assert.Equal(IpPrefix.Parse("fd00:1::/64"), Choose([new(IpPrefix.Parse("fd00:1::/64"), 64)]));
}
