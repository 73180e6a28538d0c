using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Errors;
using Cilium.Framework.Ipam;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.References;

/// <summary>Address management in memory that keeps every promise. The gateway is the first address of a range.</summary>
public sealed class MemoryIpam : IIpam
{
    private readonly Dictionary<(string Owner, bool IPv6), IPAddress> _leases = [];
    private IReadOnlyList<MemoryIpamRange> _ranges = [];

    /// <inheritdoc />
    public void SetPools(IReadOnlyList<IpPrefix> podCidrs)
    {
        ArgumentNullException.ThrowIfNull(podCidrs);
        foreach (var cidr in podCidrs)
        {
            if (cidr.Length > (cidr.IsIPv6 ? 126 : 30))
                throw new CiliumException(ErrorKind.Invalid, $"ipam memory: {cidr} has no room for a gateway and an endpoint. Accepted: /30 or /126 and larger. The ranges were not changed.");
        }

        if (podCidrs.GroupBy(cidr => cidr.IsIPv6).FirstOrDefault(family => family.Count() > 1) is { } twice)
            throw new CiliumException(ErrorKind.Invalid, $"ipam memory: {string.Join(" and ", twice)} are of one family. Accepted: one range per family. The ranges were not changed.");
        _ranges = [.. podCidrs.Select(cidr => _ranges.FirstOrDefault(range => range.Cidr == cidr) ?? new MemoryIpamRange(cidr))];
    }

    /// <inheritdoc />
    public void Restore(IReadOnlyCollection<IpamLease> leases)
    {
        ArgumentNullException.ThrowIfNull(leases);
        foreach (var lease in leases)
            _leases.Add((lease.Owner, IsIPv6(lease.Address)), lease.Address);
    }

    /// <inheritdoc />
    public ValueTask<IpamResult> AllocateAsync(string owner, AddressFamily family, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var isIPv6 = family == AddressFamily.InterNetworkV6;
        if (RangeOf(isIPv6) is not { } range)
            return new(Disabled(owner));
        if (_leases.TryGetValue((owner, isIPv6), out var held))
            return new(IpamResult.Granted(held, range.Gateway));
        return new(range.Next(IsTaken) is { } address
            ? Grant(owner, address, range)
            : IpamResult.Refused(IpamRefusal.PoolExhausted, $"ipam memory: every address of {range.Cidr} is taken; {owner} gets none. Release endpoints or give the node a larger range."));
    }

    /// <inheritdoc />
    public ValueTask<IpamResult> AllocateAsync(string owner, IPAddress address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        cancellationToken.ThrowIfCancellationRequested();
        if (RangeOf(IsIPv6(address)) is not { } range)
            return new(Disabled(owner));
        if (_leases.TryGetValue((owner, IsIPv6(address)), out var held))
        {
            return new(held.Equals(address)
                ? IpamResult.Granted(held, range.Gateway)
                : IpamResult.Refused(IpamRefusal.OwnerHasAnother, $"ipam memory: {owner} already holds {held} and cannot get {address} too. Release the first."));
        }

        if (IsTaken(address))
            return new(IpamResult.Refused(IpamRefusal.AddressInUse, $"ipam memory: {address} is held by another owner; {owner} cannot get it."));
        return new(range.IsForEndpoints(address)
            ? Grant(owner, address, range)
            : IpamResult.Refused(IpamRefusal.AddressNotInPool, $"ipam memory: {address} cannot be given to {owner}. Accepted: addresses of {range.Cidr} for endpoints."));
    }

    /// <inheritdoc />
    public ValueTask ReleaseAsync(string owner, AddressFamily family, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_leases.Remove((owner, family == AddressFamily.InterNetworkV6), out var address))
            RangeOf(IsIPv6(address))?.Released(address);
        return default;
    }

    /// <inheritdoc />
    public IReadOnlyList<IpamLease> List() => [.. _leases.Select(lease => new IpamLease(lease.Key.Owner, lease.Value)).OrderBy(lease => IpPrefix.Host(lease.Address))];

    /// <inheritdoc />
    public IReadOnlyList<IpamPool> LocalPools() => [.. _ranges.Select(range => new IpamPool(range.Cidr, range.Gateway, range.Capacity, _leases.Values.LongCount(range.IsForEndpoints)))];

    private static bool IsIPv6(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6;

    private MemoryIpamRange? RangeOf(bool isIPv6) => _ranges.FirstOrDefault(range => range.Cidr.IsIPv6 == isIPv6);

    private bool IsTaken(IPAddress address) => _leases.ContainsValue(address);

    private IpamResult Grant(string owner, IPAddress address, MemoryIpamRange range)
    {
        range.Given(address);
        _leases.Add((owner, IsIPv6(address)), address);
        return IpamResult.Granted(address, range.Gateway);
    }

    private static IpamResult Disabled(string owner) => IpamResult.Refused(IpamRefusal.FamilyDisabled, $"ipam memory: this node has no range of that family; {owner} gets no address.");
}
