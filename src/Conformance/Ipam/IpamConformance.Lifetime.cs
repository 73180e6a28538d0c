using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Errors;
using Cilium.Framework.Ipam;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.Ipam;

public abstract partial class IpamConformance
{
    [Fact]
    public async Task A_released_address_waits_until_the_others_are_used_up()
    {
        var promise = new Promise(
            "IIpam: an address that was released is not given out again while others are free; then the least recently released comes first.",
            "take free addresses from a queue, not from the lowest number: a new pod must not inherit the connections of the one before.");
        Ipam.SetPools([Small]);
        var first = Granted(await AllocateAsync("a"), promise, "a");
        await ReleaseAsync("a");
        promise.Kept(Granted(await AllocateAsync("b"), promise, "b") is var second && second != first, () => $"{first} was given out again at once, with other addresses free.");
        await ReleaseAsync("b");
        var given = await ExhaustAsync(promise);
        promise.Same([first, second], given.TakeLast(2), "the last two addresses of the range, which were released before (the earlier first),");
    }

    [Fact]
    public async Task Releasing_frees_the_address_and_may_be_repeated()
    {
        var promise = new Promise("IIpam.ReleaseAsync takes an owner's address of a family back; success when it holds none.", "an owner that is not known is no error; addresses of the other family stay.");
        Ipam.SetPools([Small, Huge]);
        try
        {
            await ReleaseAsync("nobody");
            await AllocateAsync("a", "10.44.0.5");
            var kept = Granted(await AllocateAsync("a", AddressFamily.InterNetworkV6), promise, "a");
            await ReleaseAsync("a");
            await ReleaseAsync("a");
            promise.Same([$"a {kept}"], Ipam.List().Select(lease => $"{lease.Owner} {lease.Address}"), "the leases after the IPv4 address was released twice");
        }
        catch (Exception error) when (error is not BrokenPromiseException)
        {
            throw promise.Broken($"releasing threw {Show.Failure(error)}");
        }

        promise.Equal("10.44.0.5", Granted(await AllocateAsync("b", "10.44.0.5"), promise, "b"), "the released address when another owner asks for it");
    }

    [Fact]
    public async Task What_was_handed_out_before_a_restart_stays_with_its_owners()
    {
        var promise = new Promise(
            "IIpam.Restore takes back what was handed out; addresses outside the pools are kept too.",
            "mark restored addresses as taken before the first allocation.");
        Ipam.SetPools([Small]);
        Ipam.Restore([new("a", IPAddress.Parse("10.44.0.2")), new("b", IPAddress.Parse("10.44.0.4")), new("old", IPAddress.Parse("192.0.2.9"))]);
        promise.Equal("10.44.0.4", Granted(await AllocateAsync("b"), promise, "b"), "the address of a restored owner");
        promise.Equal("192.0.2.9", Granted(await AllocateAsync("old"), promise, "old"), "the address of a restored owner outside the range");
        var given = await ExhaustAsync(promise);
        promise.Kept(!given.Contains("10.44.0.2") && !given.Contains("10.44.0.4"), () => $"a restored address was given to another owner: {Show.All(given)}.");
    }

    [Fact]
    public async Task A_change_of_the_range_leaves_owners_what_they_have()
    {
        var promise = new Promise("IIpam.SetPools: addresses outside the new ranges stay with their owners until released; new ones come from the new range.", "what happens to leases when the range is replaced.");
        Ipam.SetPools([Small]);
        var old = Granted(await AllocateAsync("a"), promise, "a");
        Ipam.SetPools([Other]);
        promise.Equal(old, Granted(await AllocateAsync("a"), promise, "a"), "the address of an owner of the old range");
        var added = Granted(await AllocateAsync("b"), promise, "b");
        promise.Kept(Other.Contains(IPAddress.Parse(added)), () => $"a new owner got {added}, which is not in {Other}.");
        promise.Same([Other], Ipam.LocalPools().Select(pool => pool.Cidr), "the ranges of LocalPools");
        promise.Equal(1L, Ipam.LocalPools()[0].Used, "IpamPool.Used of the new range, in which one address is handed out,");
        await ReleaseAsync("a");
        promise.Kept(Other.Contains(IPAddress.Parse(Granted(await AllocateAsync("a"), promise, "a"))), () => "after its release an owner of the old range got an address of it again.");
    }

    [Fact]
    public async Task Ranges_that_cannot_be_are_refused_and_the_old_ones_stand()
    {
        var promise = new Promise("IIpam.SetPools refuses a range too small for a gateway and one endpoint, and ranges that overlap, with CiliumException of kind Invalid. The old ranges stand.", "check every range before the first one is taken over.");
        Ipam.SetPools([Small]);
        foreach (IpPrefix[] bad in (IpPrefix[][])[[IpPrefix.Parse("10.66.0.0/31")], [IpPrefix.Parse("10.66.0.1/32")], [IpPrefix.Parse("fd66::/127")], [Other, IpPrefix.Parse("10.55.0.0/30")]])
        {
            try
            {
                Ipam.SetPools(bad);
            }
            catch (CiliumException error) when (error.Kind == ErrorKind.Invalid)
            {
                promise.Same([Small], Ipam.LocalPools().Select(pool => pool.Cidr), $"the ranges after {Show.All(bad)} was refused");
                continue;
            }
            catch (Exception error)
            {
                throw promise.Broken($"{Show.All(bad)} threw {Show.Failure(error)}");
            }

            throw promise.Broken($"{Show.All(bad)} was accepted.");
        }

        Granted(await AllocateAsync("a"), promise, "a");
    }

    [Fact]
    public async Task Without_ranges_both_families_are_disabled()
    {
        var promise = new Promise("IIpam.SetPools: an empty list disables both families.", "the refusal is FamilyDisabled, not PoolExhausted.");
        Ipam.SetPools([]);
        foreach (var family in (AddressFamily[])[AddressFamily.InterNetwork, AddressFamily.InterNetworkV6])
            Refused(IpamRefusal.FamilyDisabled, await AllocateAsync("a", family), promise, $"{family} without a range", "a");
        promise.Equal(0, Ipam.LocalPools().Count, "ranges of LocalPools");
    }

    [Fact]
    public async Task Leases_are_listed_by_address()
    {
        var promise = new Promise("IIpam.List gives everything that is handed out, ordered by address.", "order by number, not by text: 10.44.0.10 comes after 10.44.0.9.");
        Ipam.SetPools([IpPrefix.Parse("10.44.0.0/24")]);
        string[] wanted = ["10.44.0.9", "10.44.0.10", "10.44.0.100"];
        foreach (var address in wanted.Reverse())
            await AllocateAsync($"owner-{address}", address);
        promise.Same(wanted, Ipam.List().Select(lease => lease.Address.ToString()), "the listed addresses");
    }

    [Fact]
    public async Task A_range_of_any_size_costs_the_same()
    {
        var promise = new Promise("IIpam: an IPv6 range has more addresses than memory; IpamPool.Capacity saturates at long.MaxValue.", "nothing may be made per address of the range.");
        var started = Stopwatch.GetTimestamp();
        Ipam.SetPools([Huge]);
        for (var i = 0; i < 100; i++)
            Granted(await AllocateAsync($"o{i}", AddressFamily.InterNetworkV6), promise, $"o{i}");
        promise.Equal(long.MaxValue, Ipam.LocalPools().Single().Capacity, "IpamPool.Capacity of a /64");
        promise.Kept(Stopwatch.GetElapsedTime(started) < Patience, () => $"100 addresses of a /64 took {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s.");
    }
}
