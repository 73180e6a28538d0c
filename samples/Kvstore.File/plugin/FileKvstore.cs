using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;

namespace Example.FileStore;

/// <summary>Keys in memory, commits in a journal. A commit is on the disk before anybody sees it.</summary>
internal sealed class FileKvstore(string folder) : IKvstore
{
    /// <summary>A journal below this is not worth shortening.</summary>
    private const long SmallJournal = 16 << 20;

    private readonly Lock _sync = new();
    private readonly Content _content = new();
    private Journal? _journal;
    private long _shortest;
    private bool _disposed;

    public KvstoreCapabilities Capabilities => KvstoreCapabilities.EveryRevision | KvstoreCapabilities.NativePrefixEmpty;

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
            var journal = Open();
            if (!conditions.All(_content.Holds))
                return new(new KvCommitResult(false, 0));
            var record = new Record(
                _content.Revision + 1,
                operations.OfType<KvOperation.Put>().ToDictionary(put => put.Key, put => put.Value.ToArray()),
                [.. operations.OfType<KvOperation.Delete>().Select(delete => delete.Key)]);
            journal.Append(record);
            _content.Apply(record);
            if (journal.Length > Math.Max(SmallJournal, _shortest * 2))
                Shorten(journal);
            return new(new KvCommitResult(true, record.Revision));
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

    private void Shorten(Journal journal)
    {
        journal.Replace(_content.Snapshot());
        _shortest = journal.Length;
    }
}
