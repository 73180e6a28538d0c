using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Rows;
using FsCheck.Xunit;

namespace Cilium.Framework.Ipam.HostScope.Tests;

public class HostScopeIpamProperties
{
    /// <summary>Each number is one step of one of twelve owners in a range of thirteen addresses, compared with a naive model.</summary>
    [Property(MaxTest = 300)]
    public Task<bool> Any_history_obeys_the_contract_for_IPv4(int[] steps) => ObeysAsync("10.0.0.0/28", AddressFamily.InterNetwork, 13, steps);

    [Property(MaxTest = 300)]
    public Task<bool> Any_history_obeys_the_contract_for_IPv6(int[] steps) => ObeysAsync("fd00::ffff:fff0/124", AddressFamily.InterNetworkV6, 14, steps);

    private static async Task<bool> ObeysAsync(string cidr, AddressFamily family, int capacity, int[] steps)
    {
        var range = new AddressRange(IpPrefix.Parse(cidr));
        var ipam = new HostScopeIpam(HostScopePlugin.Words);
        ipam.SetPools([range.Cidr]);
        var model = new Dictionary<string, IPAddress>();
        var releasedAt = new Dictionary<IPAddress, int>();
        for (var i = 0; i < steps.Length; i++)
        {
            var step = steps[i] & int.MaxValue;
            var owner = $"o{step % 16}";
            if (step / 16 % 3 == 0)
            {
                await ipam.ReleaseAsync(owner, family, default);
                if (model.Remove(owner, out var released))
                    releasedAt[released] = i;
                continue;
            }

            var wanted = range.AddressOf(range.First + (UInt128)(step / 48 % 16));
            var byName = step / 768 % 4 == 0;
            var result = byName ? await ipam.AllocateAsync(owner, wanted, default) : await ipam.AllocateAsync(owner, family, default);
            if (byName)
            {
                if (Expected(owner, wanted) != result.Refusal)
                    return false;
            }
            else if (model.TryGetValue(owner, out var held))
            {
                if (!held.Equals(result.Address))
                    return false;
            }
            else if (result.Refusal is not null)
            {
                if (model.Count < capacity)
                    return false;
            }
            else if (!IsFairChoice(result.Address!))
            {
                return false;
            }

            if (result.Address is { } address)
                (model[owner], _) = (address, releasedAt.Remove(address));
        }

        return ipam.List().ToDictionary(lease => lease.Owner, lease => lease.Address).OrderBy(lease => lease.Key).SequenceEqual(model.OrderBy(lease => lease.Key))
            && Assert.Single(ipam.LocalPools()) is var pool && pool.Used == model.Count && pool.Capacity == capacity;

        IpamRefusal? Expected(string owner, IPAddress wanted)
        {
            if (model.TryGetValue(owner, out var held))
                return held.Equals(wanted) ? null : IpamRefusal.OwnerHasAnother;
            if (model.ContainsValue(wanted))
                return IpamRefusal.AddressInUse;
            return range.IsUsable(AddressRange.NumberOf(wanted)) ? null : IpamRefusal.AddressNotInPool;
        }

        // Usable, held by nobody, and if it was released before: nothing fresh is left and nothing was released earlier.
        bool IsFairChoice(IPAddress address)
        {
            if (!range.IsUsable(AddressRange.NumberOf(address)) || model.ContainsValue(address))
                return false;
            return !releasedAt.TryGetValue(address, out var at)
                || (model.Count + releasedAt.Count == capacity && releasedAt.Values.All(other => other >= at));
        }
    }
}
