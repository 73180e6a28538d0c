using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Errors;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Ipam.HostScope;

/// <summary>Hands out addresses of at most one range per family. All state is in memory.</summary>
/// <param name="words">In whose name.</param>
/// <param name="clusterPools">Where the ranges come from; empty: they are configured.</param>
internal sealed class HostScopeIpam(PoolWords words, params IReadOnlyList<IpamClusterPool> clusterPools) : IIpam
{
    private readonly FamilyPool _ipv4 = new("ipv4", words);
    private readonly FamilyPool _ipv6 = new("ipv6", words);

    public IReadOnlyList<IpamClusterPool> ClusterPools => clusterPools;

    public void SetPools(IReadOnlyList<IpPrefix> podCidrs)
    {
        ArgumentNullException.ThrowIfNull(podCidrs);
        var ranges = podCidrs.Select(cidr => new AddressRange(cidr)).ToArray();
        foreach (var range in ranges.Where(range => !range.IsLargeEnough))
            throw Refused($"{range.Cidr} has no room for a gateway and an endpoint. Accepted: /30 or larger for IPv4, /126 or larger for IPv6.");
        var families = ranges.ToLookup(range => range.Cidr.IsIPv6);
        foreach (var family in families.Where(family => family.Count() > 1))
        {
            var (first, second) = (family.First(), family.ElementAt(1));
            throw Refused(first.Overlaps(second) ? $"{first.Cidr} and {second.Cidr} overlap." : $"{first.Cidr} and {second.Cidr} are of one family. Accepted: one range per family.");
        }

        _ipv4.SetRange(families[false].SingleOrDefault());
        _ipv6.SetRange(families[true].SingleOrDefault());
    }

    public void Restore(IReadOnlyCollection<IpamLease> leases)
    {
        ArgumentNullException.ThrowIfNull(leases);
        _ipv4.Restore(leases.Where(lease => PoolOf(lease.Address) == _ipv4));
        _ipv6.Restore(leases.Where(lease => PoolOf(lease.Address) == _ipv6));
    }

    public ValueTask<IpamResult> AllocateAsync(string owner, AddressFamily family, CancellationToken cancellationToken)
    {
        CheckOwner(owner);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(PoolOf(family).Allocate(owner));
    }

    public ValueTask<IpamResult> AllocateAsync(string owner, IPAddress address, CancellationToken cancellationToken)
    {
        CheckOwner(owner);
        ArgumentNullException.ThrowIfNull(address);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(PoolOf(address).Allocate(owner, address));
    }

    public ValueTask ReleaseAsync(string owner, AddressFamily family, CancellationToken cancellationToken)
    {
        CheckOwner(owner);
        cancellationToken.ThrowIfCancellationRequested();
        PoolOf(family).Release(owner);
        return ValueTask.CompletedTask;
    }

    public IReadOnlyList<IpamLease> List() => [.. _ipv4.Leases.Concat(_ipv6.Leases).OrderBy(lease => IpPrefix.Host(lease.Address))];

    public IReadOnlyList<IpamPool> LocalPools() => [.. new[] { _ipv4.Describe(), _ipv6.Describe() }.OfType<IpamPool>()];

    private FamilyPool PoolOf(IPAddress address) => IpPrefix.Host(address).IsIPv6 ? _ipv6 : _ipv4;

    private FamilyPool PoolOf(AddressFamily family) => family switch
    {
        AddressFamily.InterNetwork => _ipv4,
        AddressFamily.InterNetworkV6 => _ipv6,
        _ => throw new ArgumentOutOfRangeException(nameof(family), family, "Accepted: InterNetwork, InterNetworkV6."),
    };

    private static void CheckOwner(string owner)
    {
        ArgumentException.ThrowIfNullOrEmpty(owner);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(owner.Length, IIpam.MaxOwnerLength, nameof(owner));
    }

    private CiliumException Refused(string why) => new(ErrorKind.Invalid, $"ipam {words.Name}: {why} The ranges were not changed.");
}
