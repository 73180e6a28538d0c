using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Ipam;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Agent.Tests.State;

/// <summary>Takes back whatever it is given.</summary>
internal sealed class AnyIpam : IIpam
{
    public void SetPools(IReadOnlyList<IpPrefix> podCidrs)
    {
    }

    public void Restore(IReadOnlyCollection<IpamLease> leases)
    {
    }

    public ValueTask<IpamResult> AllocateAsync(string owner, AddressFamily family, CancellationToken ct) => throw new NotSupportedException();

    public ValueTask<IpamResult> AllocateAsync(string owner, IPAddress address, CancellationToken ct) => throw new NotSupportedException();

    public ValueTask ReleaseAsync(string owner, AddressFamily family, CancellationToken ct) => throw new NotSupportedException();

    public IReadOnlyList<IpamLease> List() => [];

    public IReadOnlyList<IpamPool> LocalPools() => [];
}
