using Cilium.Framework.Conformance.Kvstore;
using Cilium.Framework.Conformance.References;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.Tests.Twins;

/// <summary>A store that works but for what a twin overrides.</summary>
internal class KvstoreTwin(IKvstore inner) : IKvstore
{
    public KvstoreTwin()
        : this(new MemoryKvstore())
    {
    }

    protected IKvstore Inner => inner;

    /// <summary>Twins have content of their own.</summary>
    public virtual KvstoreCapabilities Capabilities => inner.Capabilities & ~KvstoreCapabilities.Shared;

    public virtual KvstoreLimits Limits => inner.Limits;

    public ValueTask StartAsync(CancellationToken cancellationToken) => inner.StartAsync(cancellationToken);

    public virtual ValueTask<KvEntry?> GetAsync(string key, CancellationToken cancellationToken) => inner.GetAsync(key, cancellationToken);

    public virtual ValueTask<IReadOnlyList<KvEntry>> ListAsync(string prefix, CancellationToken cancellationToken) => inner.ListAsync(prefix, cancellationToken);

    public virtual ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken) =>
        inner.CommitAsync(conditions, [.. operations.Select(TwinLease.Unwrap)], cancellationToken);

    public virtual IAsyncEnumerable<KvEvent> WatchAsync(string prefix, CancellationToken cancellationToken) => inner.WatchAsync(prefix, cancellationToken);

    public virtual ValueTask<IKvLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken) => inner.GrantLeaseAsync(timeToLive, cancellationToken);

    public virtual ValueTask<KvstoreStatus> GetStatusAsync(CancellationToken cancellationToken) => inner.GetStatusAsync(cancellationToken);

    public ValueTask DisposeAsync() => CloseAsync();

    /// <summary>What disposal does.</summary>
    protected virtual ValueTask CloseAsync() => inner.DisposeAsync();

    /// <summary>The suite over a twin.</summary>
    internal sealed class Suite(Func<IKvstore> create, Func<IKvstore>? reopen = null, IStoreServer? server = null) : KvstoreConformance
    {
        protected override TimeSpan Patience => TimeSpan.FromMilliseconds(700);

        protected override TimeSpan FaultPatience => TimeSpan.FromSeconds(5);

        protected override IStoreServer? Server => server;

        protected override ValueTask<IKvstore> CreateAsync() => new(create());

        protected override ValueTask<IKvstore?> ReopenAsync() => new(reopen?.Invoke());
    }
}
