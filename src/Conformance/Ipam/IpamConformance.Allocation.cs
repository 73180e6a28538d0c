using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Ipam;

namespace Cilium.Framework.Conformance.Ipam;

public abstract partial class IpamConformance
{
    [Fact]
    public async Task An_owner_gets_an_address_of_the_range_with_its_gateway()
    {
        var promise = new Promise("IIpam.AllocateAsync gives an address of the node's range, with the gateway that LocalPools names and a prefix length of 32 or 128.", "how addresses are counted from the beginning of the range.");
        Ipam.SetPools([Small, Huge]);
        foreach (var (family, cidr, length) in new[] { (AddressFamily.InterNetwork, Small, 32), (AddressFamily.InterNetworkV6, Huge, 128) })
        {
            var result = await AllocateAsync("a", family);
            promise.Kept(cidr.Contains(IPAddress.Parse(Granted(result, promise, "a"))), () => $"{result.Address} is not in {cidr}.");
            promise.Equal(length, result.PrefixLength, "the prefix length");
            var pool = Ipam.LocalPools().SingleOrDefault(pool => pool.Cidr == cidr) ?? throw promise.Broken($"LocalPools does not name {cidr}.");
            promise.Equal(pool.Gateway.ToString(), result.Gateway!.ToString(), "the gateway");
            promise.Kept(cidr.Contains(pool.Gateway), () => $"gateway {pool.Gateway} is not in {cidr}.");
        }
    }

    [Fact]
    public async Task An_owner_that_asks_again_gets_what_it_has()
    {
        var promise = new Promise("IIpam.AllocateAsync gives an owner the address that it already has: a request may be repeated.", "look the owner up before a free address is chosen.");
        Ipam.SetPools([Small]);
        var first = Granted(await AllocateAsync("a"), promise, "a");
        promise.Equal(first, Granted(await AllocateAsync("a"), promise, "a"), "the address of a second request");
        promise.Equal(first, Granted(await AllocateAsync("a", first), promise, "a"), "the address of a request by name");
        promise.Equal(1, Ipam.List().Count, "leases of one owner that asked three times");
    }

    [Fact]
    public async Task No_address_is_given_twice_nor_one_that_is_not_for_endpoints()
    {
        var promise = new Promise(
            "IIpam.AllocateAsync never gives an address that another owner holds, nor the network, the broadcast or the gateway; then it refuses with PoolExhausted.",
            "the first and last addresses of the range, and where addresses in use are remembered.");
        Ipam.SetPools([Small]);
        var given = await ExhaustAsync(promise);
        promise.Kept(given.Distinct().Count() == given.Count, () => $"an address was given to two owners: {Show.All(given)}.");
        var pool = Ipam.LocalPools().Single();
        foreach (var (never, what) in new[] { (pool.Gateway.ToString(), "the gateway"), ("10.44.0.0", "the network"), ("10.44.0.7", "the broadcast") })
            promise.Kept(!given.Contains(never), () => $"{what} {never} of {Small} was given to an endpoint.");
        promise.Equal(pool.Capacity, given.Count, "addresses given out until the range was exhausted, compared with IpamPool.Capacity,");
        promise.Equal(pool.Capacity, pool.Used, "IpamPool.Used of an exhausted range");
    }

    [Fact]
    public async Task A_certain_address_is_given_or_refused_with_its_reason()
    {
        var promise = new Promise("IIpam.AllocateAsync of a certain address gives it, or refuses with AddressInUse, AddressNotInPool, OwnerHasAnother or FamilyDisabled.", "the order of the checks, and the text of the refusal.");
        Ipam.SetPools([Small]);
        promise.Equal("10.44.0.5", Granted(await AllocateAsync("a", "10.44.0.5"), promise, "a"), "the address asked for");
        Refused(IpamRefusal.AddressInUse, await AllocateAsync("b", "10.44.0.5"), promise, "an address of another owner", "b");
        Refused(IpamRefusal.OwnerHasAnother, await AllocateAsync("a", "10.44.0.4"), promise, "a second address", "a");
        Refused(IpamRefusal.AddressNotInPool, await AllocateAsync("c", "192.0.2.1"), promise, "an address outside the range", "c");
        Refused(IpamRefusal.AddressNotInPool, await AllocateAsync("c", "10.44.0.0"), promise, "the network's own address", "c");
        Refused(IpamRefusal.AddressNotInPool, await AllocateAsync("c", Ipam.LocalPools().Single().Gateway.ToString()), promise, "the gateway", "c");
        Refused(IpamRefusal.FamilyDisabled, await AllocateAsync("c", "fd44::5"), promise, "an address of a family without a range", "c");
        Refused(IpamRefusal.FamilyDisabled, await AllocateAsync("c", AddressFamily.InterNetworkV6), promise, "any address of a family without a range", "c");
        promise.Same(["a 10.44.0.5"], Ipam.List().Select(lease => $"{lease.Owner} {lease.Address}"), "the leases after all refusals");
    }

    [Fact]
    public async Task A_call_that_was_given_up_allocates_nothing()
    {
        var promise = new Promise("IIpam.AllocateAsync: when the token is cancelled, nothing was allocated.", "look at the token before the address is taken.");
        Ipam.SetPools([Small]);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        try
        {
            await Within.Of(Ipam.AllocateAsync("a", AddressFamily.InterNetwork, cancelled.Token), "IIpam.AllocateAsync");
        }
        catch (OperationCanceledException)
        {
            promise.Same([], Ipam.List().Select(lease => lease.Owner), "the owners after a cancelled call");
        }
    }
}
