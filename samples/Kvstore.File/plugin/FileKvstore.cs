using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;

namespace Example.FileStore;

/// <summary>Keys in memory, commits in a journal. A commit is on the disk before anybody sees it.</summary>
internal sealed class FileKvstore(string folder, TimeProvider time) : IKvstore
{
    /// <summary>A journal below this is not worth shortening.</summary>
    private const long SmallJournal = 16 << 20;

    private readonly Lock _sync = new();
    private readonly Content _content = new();
    private Journal? _journal;
    private long _shortest;
    private bool _disposed;

    public KvstoreCapabilities Capabilities => KvstoreCapabilities.EveryRevision | KvstoreCapabilities.NativePrefixEmpty;

    /// <summary>What every store accepts at least, and shorter leases.</summary>
    public KvstoreLimits Limits { get; } = new() { MinTimeToLive = TimeSpan.FromSeconds(1) };

    public ValueTask StartAsync(CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            try
            {
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                _journal = new Journal(folder);
                foreach (var record in _journal.Read())
                    _content.Apply(record);
                Shorten(_journal);
                // Their holder is gone: they run out, unless their keys are written again before that.
                foreach (var former in _content.Leases)
                    _ = new FileLease(this, former, time).DisposeAsync();
                return default;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new CiliumException(ErrorKind.Unavailable, $"kvstore file: {folder} cannot be used: {error.Message} One agent can use it at a time: stop the other one, or give this one its own folder (kvstore.file.folder).", error);
            }
        }
    }

    public ValueTask<KvEntry?> GetAsync(string key, CancellationToken cancellationToken)
    {
        Limits.CheckKey("file", key);
        lock (_sync)
        {
            Open();
            return new(_content.Get(key));
        }
    }

    public ValueTask<IReadOnlyList<KvEntry>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            Open();
            return new([.. _content.List(prefix)]);
        }
    }

    public ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken)
    {
        Limits.Check("file", conditions, operations);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_sync)
        {
            Open();
            foreach (var put in operations.OfType<KvOperation.Put>())
            {
                if (put.Lease is { } lease && (lease as FileLease)?.IsOf(this) != true)
                    throw new CiliumException(ErrorKind.Conflict, $"kvstore file: the lease of key \"{Excerpt.Of(put.Key)}\" is lost. Nothing was changed. Grant another and write its keys again.");
            }

            if (!conditions.All(_content.Holds))
                return new(new KvCommitResult(false, 0));
            Write(
                operations.OfType<KvOperation.Put>().ToDictionary(put => put.Key, put => new Value(put.Value.ToArray(), (put.Lease as FileLease)?.Term)),
                [.. operations.OfType<KvOperation.Delete>().Select(delete => delete.Key)]);
            return new(new KvCommitResult(true, _content.Revision));
        }
    }

    public async IAsyncEnumerable<KvEvent> WatchAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Channel<KvEvent> watch;
        lock (_sync)
        {
            Open();
            // Listing and subscribing under one lock: no commit falls between them.
            watch = _content.Watch(prefix);
        }

        try
        {
            await foreach (var happened in watch.Reader.ReadAllAsync(cancellationToken))
                yield return happened;
        }
        finally
        {
            lock (_sync)
                _content.Unwatch(watch);
        }
    }

    public ValueTask<IKvLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeToLive, TimeSpan.Zero);
        lock (_sync)
        {
            Open();
            // The journal learns of it with its first key.
            return new(new FileLease(this, new Term(Guid.NewGuid(), Limits.Granted(timeToLive)), time));
        }
    }

    /// <summary>Deletes the keys of a lease, as one commit.</summary>
    internal void End(FileLease lease)
    {
        lock (_sync)
        {
            Open();
            if (_content.KeysOf(lease.Term) is { Count: > 0 } keys)
                Write(new Dictionary<string, Value>(), keys);
            lease.Ended();
        }
    }

    public ValueTask<KvstoreStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            return new(_journal is null || _disposed
                ? new KvstoreStatus(false, $"file: {folder} is closed")
                : new KvstoreStatus(true, $"file: {folder}, {_content.Count} keys, revision {_content.Revision}, journal of {_journal.Length} bytes"));
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (_sync)
        {
            _disposed = true;
            _content.EndWatches();
            _journal?.Dispose();
        }

        return default;
    }

    private Journal Open() => _disposed
        ? throw new CiliumException(ErrorKind.Unavailable, $"kvstore file: {folder} is closed.")
        : _journal ?? throw new InvalidOperationException("The store was not started.");

    private void Write(IReadOnlyDictionary<string, Value> put, IReadOnlyList<string> delete)
    {
        var (journal, record) = (Open(), new Record(_content.Revision + 1, put, delete));
        journal.Append(record);
        _content.Apply(record);
        if (journal.Length > Math.Max(SmallJournal, _shortest * 2))
            Shorten(journal);
    }

    private void Shorten(Journal journal)
    {
        journal.Replace(_content.Snapshot());
        _shortest = journal.Length;
    }
}
