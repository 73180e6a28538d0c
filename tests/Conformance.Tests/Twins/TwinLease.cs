using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.Tests.Twins;

/// <summary>A lease that works but for what a twin overrides.</summary>
internal class TwinLease(IKvLease inner) : IKvLease
{
    public TimeSpan TimeToLive => inner.TimeToLive;

    public virtual CancellationToken Lost => inner.Lost;

    protected IKvLease Inner => inner;

    /// <summary>The operation as the store behind knows it.</summary>
    public static KvOperation Unwrap(KvOperation operation) => operation is KvOperation.Put { Lease: TwinLease lease } put ? put with { Lease = lease.Inner } : operation;

    public virtual ValueTask RevokeAsync(CancellationToken cancellationToken) => inner.RevokeAsync(cancellationToken);

    public ValueTask DisposeAsync() => LeaveAsync();

    /// <summary>What disposal does.</summary>
    protected virtual ValueTask LeaveAsync() => inner.DisposeAsync();
}
