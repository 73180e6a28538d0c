using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Ipam;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.Faults;

/// <summary>Address management whose calls go wrong as planned. A call that cannot wait does not hang.</summary>
/// <param name="ipam">What carries the calls out.</param>
/// <param name="plan">What goes wrong.</param>
public sealed class FaultyIpam(IIpam ipam, FaultPlan plan) : IIpam
{
    /// <inheritdoc />
    public void SetPools(IReadOnlyList<IpPrefix> podCidrs) => plan.Run(nameof(SetPools), () => ipam.SetPools(podCidrs));

    /// <inheritdoc />
    public void Restore(IReadOnlyCollection<IpamLease> leases) => plan.Run(nameof(Restore), () => ipam.Restore(leases));

    /// <inheritdoc />
    public ValueTask<IpamResult> AllocateAsync(string owner, AddressFamily family, CancellationToken cancellationToken) =>
        plan.RunAsync(nameof(AllocateAsync), () => ipam.AllocateAsync(owner, family, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public ValueTask<IpamResult> AllocateAsync(string owner, IPAddress address, CancellationToken cancellationToken) =>
        plan.RunAsync(nameof(AllocateAsync), () => ipam.AllocateAsync(owner, address, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public ValueTask ReleaseAsync(string owner, AddressFamily family, CancellationToken cancellationToken) =>
        plan.RunAsync(nameof(ReleaseAsync), () => ipam.ReleaseAsync(owner, family, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public IReadOnlyList<IpamLease> List() => ipam.List();

    /// <inheritdoc />
    public IReadOnlyList<IpamPool> LocalPools() => ipam.LocalPools();
}
