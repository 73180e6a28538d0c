using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Ipam;
using Cilium.Framework.Rows;

namespace Cilium.Framework.BadPlugins.Ipam.Fixture;

/// <summary>Its pools are wrong in one way; nothing else is ever asked of it.</summary>
internal sealed class FixtureIpam(string behaviour) : IIpam
{
    public IReadOnlyList<IpamClusterPool> ClusterPools => behaviour switch
    {
        "null" => null!,
        "hang" => Never(),
        "throw" => throw new InvalidOperationException("told to throw"),
        // Two numbers: the prefix length of the pool and that of a node's range.
        _ => [new(IpPrefix.Parse($"10.0.0.0/{behaviour.Split(' ')[0]}"), int.Parse(behaviour.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture))],
    };

    public void SetPools(IReadOnlyList<IpPrefix> podCidrs) => throw new NotSupportedException();

    public void Restore(IReadOnlyCollection<IpamLease> leases) => throw new NotSupportedException();

    public ValueTask<IpamResult> AllocateAsync(string owner, AddressFamily family, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IpamResult> AllocateAsync(string owner, IPAddress address, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask ReleaseAsync(string owner, AddressFamily family, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IReadOnlyList<IpamLease> List() => throw new NotSupportedException();

    public IReadOnlyList<IpamPool> LocalPools() => throw new NotSupportedException();

    private static IReadOnlyList<IpamClusterPool> Never()
    {
        using var never = new ManualResetEvent(false);
        never.WaitOne();
        return [];
    }
}
