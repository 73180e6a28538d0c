using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.References;

/// <summary>A store in memory that keeps every promise. Instances over one <see cref="MemoryKvstoreContent"/> are nodes of one cluster, or one node over restarts.</summary>
/// <param name="content">What the store holds; outlives the instance.</param>
public sealed class MemoryKvstore(MemoryKvstoreContent content) : IKvstore
{
    private readonly List<Channel<KvEvent>> _watches = [];
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
    public ValueTask<KvEntry?> GetAsync(string key, CancellationToken cancellationToken)
    {
        Limits.CheckKey("memory", key);
        lock (content.Sync)
            return new(Open().Keys.GetValueOrDefault(key));
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<KvEntry>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        lock (content.Sync)
            return new([.. Open().Below(prefix)]);
    }

    /// <inheritdoc />
    public ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken)
    {
        Limits.Check("memory", conditions, operations);
        cancellationToken.ThrowIfCancellationRequested();
        lock (content.Sync)
            return new(Open().Commit(conditions, operations));
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<KvEvent> WatchAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Channel<KvEvent> watch;
        lock (content.Sync)
        {
            watch = Open().Watch(prefix);
            _watches.Add(watch);
        }

        try
        {
            await foreach (var happened in watch.Reader.ReadAllAsync(cancellationToken))
                yield return happened;
        }
        finally
        {
            lock (content.Sync)
            {
                _watches.Remove(watch);
                content.Watches.Remove(watch);
            }
        }
    }

    /// <inheritdoc />
    public ValueTask<IKvLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeToLive, TimeSpan.Zero);
        lock (content.Sync)
        {
            var lease = new MemoryLease(Open(), Limits.Granted(timeToLive));
            _leases.Add(lease);
            return new(lease);
        }
    }

    /// <inheritdoc />
    public ValueTask<KvstoreStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        lock (content.Sync)
            return new(new KvstoreStatus(!_disposed, $"memory: {content.Keys.Count} keys{(_disposed ? ", closed" : "")}"));
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        lock (content.Sync)
        {
            _disposed = true;
            foreach (var watch in _watches)
            {
                content.Watches.Remove(watch);
                watch.Writer.TryComplete();
            }

            _leases.ForEach(lease => lease.StopRenewing());
        }

        return default;
    }

    private MemoryKvstoreContent Open() => _disposed ? throw new CiliumException(ErrorKind.Unavailable, "kvstore memory: it is closed.") : content;
}
