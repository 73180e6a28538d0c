using Cilium.Framework.Conformance.References;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Core.Tests.Store;

/// <summary>A node's connection to the store: counts its calls, and can be cut.</summary>
internal sealed class CountingStore(MemoryKvstoreContent content) : IKvstore
{
    private readonly MemoryKvstore _store = new(content);
    private int _calls;

    /// <summary>Calls that went to the store: each is one round trip.</summary>
    public int Calls => Volatile.Read(ref _calls);

    public KvstoreCapabilities Capabilities => _store.Capabilities;

    public KvstoreLimits Limits => _store.Limits;

    public ValueTask StartAsync(CancellationToken cancellationToken) => _store.StartAsync(cancellationToken);

    public ValueTask<KvEntry?> GetAsync(string key, CancellationToken cancellationToken) => Count(_store.GetAsync(key, cancellationToken));

    public ValueTask<IReadOnlyList<KvEntry>> ListAsync(string prefix, CancellationToken cancellationToken) => Count(_store.ListAsync(prefix, cancellationToken));

    public ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken) =>
        Count(_store.CommitAsync(conditions, operations, cancellationToken));

    public IAsyncEnumerable<KvEvent> WatchAsync(string prefix, CancellationToken cancellationToken) => _store.WatchAsync(prefix, cancellationToken);

    public ValueTask<IKvLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken) => Count(_store.GrantLeaseAsync(timeToLive, cancellationToken));

    public ValueTask<KvstoreStatus> GetStatusAsync(CancellationToken cancellationToken) => _store.GetStatusAsync(cancellationToken);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private ValueTask<T> Count<T>(ValueTask<T> call)
    {
        Interlocked.Increment(ref _calls);
        return call;
    }
}
