using System.Runtime.CompilerServices;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.Faults;

/// <summary>
/// A store whose calls go wrong as planned. Events of a watch are counted under <c>WatchAsync</c>, all watches together; revocations of its leases under <c>RevokeAsync</c>, all leases together.
/// </summary>
/// <param name="store">What carries the calls out.</param>
/// <param name="plan">What goes wrong.</param>
public sealed class FaultyKvstore(IKvstore store, FaultPlan plan) : IKvstore
{
    /// <inheritdoc />
    public KvstoreCapabilities Capabilities => store.Capabilities;

    /// <inheritdoc />
    public KvstoreLimits Limits => store.Limits;

    /// <inheritdoc />
    public ValueTask StartAsync(CancellationToken cancellationToken) => plan.RunAsync(nameof(StartAsync), () => store.StartAsync(cancellationToken), cancellationToken);

    /// <inheritdoc />
    public ValueTask<KvEntry?> GetAsync(string key, CancellationToken cancellationToken) =>
        plan.RunAsync(nameof(GetAsync), () => store.GetAsync(key, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<KvEntry>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        plan.RunAsync(nameof(ListAsync), () => store.ListAsync(prefix, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken) =>
        plan.RunAsync(nameof(CommitAsync), () => store.CommitAsync(conditions, [.. operations.Select(FaultyLease.Unwrap)], cancellationToken), cancellationToken);

    /// <inheritdoc />
    public async IAsyncEnumerable<KvEvent> WatchAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var happened in store.WatchAsync(prefix, cancellationToken))
        {
            if (!plan.Loses(nameof(WatchAsync)))
                yield return happened;
        }
    }

    /// <inheritdoc />
    public ValueTask<IKvLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken) =>
        plan.RunAsync<IKvLease>(nameof(GrantLeaseAsync), async () => new FaultyLease(await store.GrantLeaseAsync(timeToLive, cancellationToken), plan), cancellationToken);

    /// <inheritdoc />
    public ValueTask<KvstoreStatus> GetStatusAsync(CancellationToken cancellationToken) =>
        plan.RunAsync(nameof(GetStatusAsync), () => store.GetStatusAsync(cancellationToken), cancellationToken);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => store.DisposeAsync();
}
