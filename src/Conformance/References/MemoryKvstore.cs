using System.Runtime.CompilerServices;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.References;

/// <summary>A store in memory that keeps every promise. Instances over one <see cref="MemoryKvstoreContent"/> are nodes of one cluster, or one node over restarts.</summary>
/// <param name="content">What the store holds; outlives the instance.</param>
public sealed class MemoryKvstore(MemoryKvstoreContent content) : IKvstore
{
    private readonly List<MemoryWatch> _watches = [];
    private readonly List<MemoryLease> _leases = [];
    private bool _disposed;

    /// <summary>A store with content of its own.</summary>
    public MemoryKvstore()
        : this(new())
    {
    }

    /// <inheritdoc />
    public KvstoreCapabilities Capabilities => KvstoreCapabilities.EveryRevision | KvstoreCapabilities.NativePrefixEmpty | KvstoreCapabilities.Shared;

    /// <inheritdoc />
    public KvstoreLimits Limits => MemoryKvstoreContent.Limits;

    /// <inheritdoc />
    public ValueTask StartAsync(CancellationToken cancellationToken) => default;

    /// <inheritdoc />
    public async ValueTask<KvEntry?> GetAsync(string key, CancellationToken cancellationToken)
    {
        Limits.CheckKey("memory", key);
        await content.Connection.ReachAsync(cancellationToken);
        lock (content.Sync)
            return Reached().Keys.GetValueOrDefault(key);
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<KvEntry>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        await content.Connection.ReachAsync(cancellationToken);
        lock (content.Sync)
            return [.. Reached().Below(prefix)];
    }

    /// <inheritdoc />
    public async ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken)
    {
        Limits.Check("memory", conditions, operations);
        cancellationToken.ThrowIfCancellationRequested();
        await content.Connection.ReachAsync(cancellationToken);
        lock (content.Sync)
            return Reached().Commit(conditions, operations);
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<KvEvent> WatchAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var watch = new MemoryWatch(prefix);
        lock (content.Sync)
        {
            Open().Connection.Join(watch);
            _watches.Add(watch);
        }

        try
        {
            await foreach (var happened in watch.Queue.Reader.ReadAllAsync(cancellationToken))
                yield return happened;
        }
        finally
        {
            lock (content.Sync)
            {
                _watches.Remove(watch);
                content.Connection.Leave(watch);
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask<IKvLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeToLive, TimeSpan.Zero);
        cancellationToken.ThrowIfCancellationRequested();
        await content.Connection.ReachAsync(cancellationToken);
        lock (content.Sync)
        {
            var lease = new MemoryLease(Reached(), Limits.Granted(timeToLive));
            content.Connection.Hold(lease);
            _leases.Add(lease);
            return lease;
        }
    }

    /// <inheritdoc />
    public ValueTask<KvstoreStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        lock (content.Sync)
            return new(new KvstoreStatus(!_disposed && content.Connection.Answers, $"memory: {content.Keys.Count} keys{(_disposed ? ", closed" : content.Connection.Answers ? "" : ", most members of its server do not answer")}"));
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        lock (content.Sync)
        {
            _disposed = true;
            foreach (var watch in _watches)
            {
                content.Connection.Leave(watch);
                watch.Queue.Writer.TryComplete();
            }

            _leases.ForEach(lease => lease.StopRenewing());
        }

        return default;
    }

    private MemoryKvstoreContent Open() => _disposed ? throw new CiliumException(ErrorKind.Unavailable, "kvstore memory: it is closed.") : content;

    private MemoryKvstoreContent Reached() => Open().Connection.Answers ? content : throw MemoryConnection.Unreachable();
}
