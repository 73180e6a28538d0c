using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Errors;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Ipam.HostScope.Tests;

public class HostScopeIpamTests
{
    private const AddressFamily V4 = AddressFamily.InterNetwork;
    private const AddressFamily V6 = AddressFamily.InterNetworkV6;

    private readonly HostScopeIpam _ipam = new(HostScopePlugin.Words);

    [Fact]
    public async Task Network_gateway_and_broadcast_are_never_handed_out()
    {
        Pools("10.0.0.0/29");
        var given = new List<string>();
        for (var i = 0; i < 5; i++)
            given.Add(await Allocate($"o{i}"));
        Assert.Equal(["10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6"], given);
        Assert.Equal("PoolExhausted: ipam host-scope: all 5 addresses of 10.0.0.0/29 are taken; late gets none. Release endpoints or give the node a larger range (ipv4.pod-cidr).", await Allocate("late"));
    }

    [Fact]
    public async Task The_gateway_is_the_first_address()
    {
        Pools("10.0.0.0/24", "fd00::/64");
        Assert.Equal("10.0.0.1", (await _ipam.AllocateAsync("a", V4, default)).Gateway!.ToString());
        Assert.Equal("fd00::1", (await _ipam.AllocateAsync("a", V6, default)).Gateway!.ToString());
    }

    [Fact]
    public async Task An_owner_gets_the_address_it_already_has()
    {
        Pools("10.0.0.0/24", "fd00::/64");
        Assert.Equal(await Allocate("a"), await Allocate("a"));
        Assert.Equal("fd00::2", await Allocate("a", V6));
        Assert.Equal(2, _ipam.List().Count);
    }

    [Fact]
    public async Task A_released_address_is_given_again_only_when_no_other_is_free_the_longest_released_first()
    {
        Pools("10.0.0.0/29");
        foreach (var owner in (string[])["a", "b", "c"])
            await Allocate(owner);
        await Release("b");
        await Release("a");
        var given = new List<string>();
        for (var i = 0; i < 4; i++)
            given.Add(await Allocate($"o{i}"));
        Assert.Equal(["10.0.0.5", "10.0.0.6", "10.0.0.3", "10.0.0.2"], given);
    }

    [Fact]
    public async Task After_a_restart_the_search_begins_after_the_highest_address_in_use()
    {
        Pools("10.0.0.0/29");
        _ipam.Restore([new("a", IPAddress.Parse("10.0.0.4"))]);
        Assert.Equal(["10.0.0.5", "10.0.0.6", "10.0.0.2", "10.0.0.3"], [await Allocate("b"), await Allocate("c"), await Allocate("d"), await Allocate("e")]);
        Assert.Equal("10.0.0.4", await Allocate("a"));
    }

    [Fact]
    public async Task A_range_of_64_bits_is_not_materialised()
    {
        Pools("fd00::/48");
        Assert.Equal("fd00::2", await Allocate("a", V6));
        Assert.Equal(new IpamPool(IpPrefix.Parse("fd00::/48"), IPAddress.Parse("fd00::1"), long.MaxValue, 1), Assert.Single(_ipam.LocalPools()));
        Assert.Equal("fd00::ffff:ffff:ffff:ffff:ffff", await Allocate("b", "fd00:0:0:ffff:ffff:ffff:ffff:ffff"));
        await Release("b", V6);
        Assert.Equal("fd00::3", await Allocate("c", V6));
    }

    [Theory]
    [InlineData("10.0.0.9", "AddressInUse: ipam host-scope: 10.0.0.9 is held by other; a cannot get it.")]
    [InlineData("10.0.0.1", "AddressNotInPool: ipam host-scope: 10.0.0.1 cannot be given to a. Accepted: 10.0.0.2 to 10.0.0.254.")]
    [InlineData("10.0.0.255", "AddressNotInPool: ipam host-scope: 10.0.0.255 cannot be given to a. Accepted: 10.0.0.2 to 10.0.0.254.")]
    [InlineData("192.0.2.1", "AddressNotInPool: ipam host-scope: 192.0.2.1 cannot be given to a. Accepted: 10.0.0.2 to 10.0.0.254.")]
    [InlineData("fd00::7", "FamilyDisabled: ipam host-scope: this node has no ipv6 range; a gets no address. Set ipv6.enabled and ipv6.pod-cidr.")]
    public async Task A_certain_address_is_refused_with_the_reason(string address, string refusal)
    {
        Pools("10.0.0.0/24");
        await Allocate("other", "10.0.0.9");
        Assert.Equal(refusal, await Allocate("a", address));
    }

    [Fact]
    public async Task An_owner_of_an_address_gets_no_second_one_of_the_family()
    {
        Pools("10.0.0.0/24");
        await Allocate("a", "10.0.0.9");
        Assert.Equal("10.0.0.9", await Allocate("a", "10.0.0.9"));
        Assert.Equal("OwnerHasAnother: ipam host-scope: a already holds 10.0.0.9 and cannot get 10.0.0.10 too. Release the first.", await Allocate("a", "10.0.0.10"));
    }

    [Fact]
    public async Task Releasing_what_nobody_holds_succeeds()
    {
        Pools("10.0.0.0/24");
        await Release("nobody");
        Assert.Empty(_ipam.List());
    }

    [Theory]
    [InlineData("10.0.0.0/31", "ipam host-scope: 10.0.0.0/31 has no room for a gateway and an endpoint. Accepted: /30 or larger for IPv4, /126 or larger for IPv6. The ranges were not changed.")]
    [InlineData("fd00::/127", "ipam host-scope: fd00::/127 has no room for a gateway and an endpoint. Accepted: /30 or larger for IPv4, /126 or larger for IPv6. The ranges were not changed.")]
    [InlineData("10.0.0.0/16,10.0.1.0/24", "ipam host-scope: 10.0.0.0/16 and 10.0.1.0/24 overlap. The ranges were not changed.")]
    [InlineData("10.0.0.0/24,10.0.1.0/24", "ipam host-scope: 10.0.0.0/24 and 10.0.1.0/24 are of one family. Accepted: one range per family. The ranges were not changed.")]
    public async Task Bad_ranges_are_refused_and_the_old_ones_stand(string cidrs, string expected)
    {
        Pools("192.0.2.0/24");
        var error = Assert.Throws<CiliumException>(() => Pools(cidrs.Split(',')));
        Assert.Equal((ErrorKind.Invalid, expected), (error.Kind, error.Message));
        Assert.Equal("192.0.2.2", await Allocate("a"));
    }

    [Fact]
    public async Task Addresses_outside_new_ranges_stay_with_their_owners_until_released()
    {
        Pools("10.0.0.0/24");
        await Allocate("a");
        Pools("10.9.0.0/24");
        Assert.Equal("10.0.0.2", await Allocate("a"));
        Assert.Equal("10.9.0.2", await Allocate("b"));
        await Release("a");
        Assert.Equal("10.9.0.3", await Allocate("a"));
    }

    [Fact]
    public async Task What_is_handed_out_is_listed_in_order_of_address()
    {
        Pools("10.0.0.0/24", "fd00::/64");
        await Allocate("b", "10.0.0.100");
        await Allocate("a", "10.0.0.20");
        await Allocate("a", V6);
        Assert.Equal(["a 10.0.0.20", "b 10.0.0.100", "a fd00::2"], _ipam.List().Select(lease => $"{lease.Owner} {lease.Address}"));
    }

    [Fact]
    public void Two_restored_owners_of_one_address_are_refused()
    {
        Pools("10.0.0.0/24");
        var error = Assert.Throws<ArgumentException>(() => _ipam.Restore([new("a", IPAddress.Parse("10.0.0.4")), new("b", IPAddress.Parse("10.0.0.4"))]));
        Assert.StartsWith("ipam host-scope: 10.0.0.4 is held by a and by b.", error.Message, StringComparison.Ordinal);
    }

    private void Pools(params string[] cidrs) => _ipam.SetPools([.. cidrs.Select(IpPrefix.Parse)]);

    private async Task<string> Allocate(string owner, AddressFamily family = V4) => Describe(await _ipam.AllocateAsync(owner, family, default));

    private async Task<string> Allocate(string owner, string address) => Describe(await _ipam.AllocateAsync(owner, IPAddress.Parse(address), default));

    private ValueTask Release(string owner, AddressFamily family = V4) => _ipam.ReleaseAsync(owner, family, default);

    private static string Describe(IpamResult result) => result.Address?.ToString() ?? $"{result.Refusal}: {result.Message}";
}
