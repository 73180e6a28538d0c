using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Ipam;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Agent.Tests.Endpoints;

/// <summary>Hands out 10.1.0.0/24 but for its first and last address and the gateway, 10.1.0.1.</summary>
internal sealed class OnePool : IIpam
{
    private readonly Dictionary<IPAddress, string> _leases = [];

    public static IPAddress Gateway { get; } = IPAddress.Parse("10.1.0.1");

    public void SetPools(IReadOnlyList<IpPrefix> podCidrs)
    {
    }

    public void Restore(IReadOnlyCollection<IpamLease> leases)
    {
        foreach (var lease in leases)
            _leases.Add(lease.Address, lease.Owner);
    }

    public ValueTask<IpamResult> AllocateAsync(string owner, AddressFamily family, CancellationToken ct) => throw new NotSupportedException();

    public ValueTask<IpamResult> AllocateAsync(string owner, IPAddress address, CancellationToken ct)
    {
        if (address.ToString() is "10.1.0.0" or "10.1.0.255")
            return new(IpamResult.Refused(IpamRefusal.AddressNotInPool, $"{address} is never given."));
        if (_leases.TryGetValue(address, out var holder) && holder != owner)
            return new(IpamResult.Refused(IpamRefusal.AddressInUse, $"{address} is held by {holder}."));
        _leases[address] = owner;
        return new(IpamResult.Granted(address, Gateway));
    }

    public ValueTask ReleaseAsync(string owner, AddressFamily family, CancellationToken ct)
    {
        foreach (var lease in _leases.Where(lease => lease.Value == owner && lease.Key.AddressFamily == family).ToList())
            _leases.Remove(lease.Key);
        return default;
    }

    public IReadOnlyList<IpamLease> List() => [.. _leases.Select(lease => new IpamLease(lease.Value, lease.Key))];

    public IReadOnlyList<IpamPool> LocalPools() => [new(IpPrefix.Parse("10.1.0.0/24"), Gateway, 253, _leases.Count)];
}
