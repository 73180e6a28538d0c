using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.Faults;

/// <summary>A lease whose revocation goes wrong as planned.</summary>
internal sealed class FaultyLease(IKvLease inner, FaultPlan plan) : IKvLease
{
    public TimeSpan TimeToLive => inner.TimeToLive;

    public CancellationToken Lost => inner.Lost;

    private IKvLease Inner => inner;

    /// <summary>The operation as the store behind knows it.</summary>
    public static KvOperation Unwrap(KvOperation operation) => operation is KvOperation.Put { Lease: FaultyLease lease } put ? put with { Lease = lease.Inner } : operation;

    public ValueTask RevokeAsync(CancellationToken cancellationToken) => plan.RunAsync(nameof(RevokeAsync), () => inner.RevokeAsync(cancellationToken), cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
