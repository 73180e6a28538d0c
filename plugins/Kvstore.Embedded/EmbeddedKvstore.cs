using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Cilium.Framework.Errors;
using Microsoft.Data.Sqlite;

namespace Cilium.Framework.Kvstore.Embedded;

/// <summary>A store in one SQLite file. Every commit is on disk before it is acknowledged; revisions are the numbers of the commits.</summary>
/// <param name="path">The file; its folder is made with mode 0700 when it does not exist.</param>
internal sealed class EmbeddedKvstore(string path) : IKvstore
{
    private readonly SemaphoreSlim _lock = new(1);
    private readonly ChangeFeed _feed = new();
    private KvDatabase? _database;
    private ulong _revision;
    private bool _disposed;

    public KvstoreCapabilities Capabilities => KvstoreCapabilities.EveryRevision | KvstoreCapabilities.NativePrefixEmpty;

    public KvstoreLimits Limits { get; } = new() { MinTimeToLive = TimeSpan.FromSeconds(1), MaxValueBytes = 512 * 1024, MaxCommitBytes = 1024 * 1024 };

    public async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        await _lock.WaitAsync(cancellationToken);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            _database = KvDatabase.Open(path);
            _revision = _database.Revision();
        }
        catch (SqliteException error)
        {
            throw SqliteErrors.Describe(error, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CiliumException(ErrorKind.Unavailable, $"kvstore embedded: {path} cannot be opened: {error.Message}", error);
        }
        finally
        {
            _lock.Release();
        }
    }

    public ValueTask<KvEntry?> GetAsync(string key, CancellationToken cancellationToken)
    {
        Limits.CheckKey("embedded", key);
        return UseAsync(database => database.Get(key), cancellationToken);
    }

    public ValueTask<IReadOnlyList<KvEntry>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        UseAsync<IReadOnlyList<KvEntry>>(database => database.List(prefix), cancellationToken);

    public ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken)
    {
        Limits.Check("embedded", conditions, operations);
        return UseAsync(database => Commit(database, conditions, operations), cancellationToken);
    }

    public async IAsyncEnumerable<KvEvent> WatchAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Listing and registering under one lock: no commit falls between them.
        var channel = await UseAsync(database => _feed.Open(prefix, database.List(prefix), _revision), cancellationToken);
        try
        {
            await foreach (var change in channel.Reader.ReadAllAsync(cancellationToken))
                yield return change;
        }
        finally
        {
            await CloseAsync(channel);
        }
    }

    public ValueTask<IKvLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken) => throw new NotSupportedException();

    public async ValueTask<KvstoreStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await UseAsync(database => new KvstoreStatus(true, $"embedded: {path}, {database.Count()} keys, revision {_revision}"), cancellationToken);
        }
        catch (Exception error) when (error is CiliumException or OperationCanceledException)
        {
            return new(false, $"embedded: {error.Message}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _lock.WaitAsync();
        try
        {
            _disposed = true;
            _feed.Complete();
            _database?.Dispose();
            _database = null;
        }
        finally
        {
            _lock.Release();
        }
    }

    private async ValueTask<TResult> UseAsync<TResult>(Func<KvDatabase, TResult> use, CancellationToken cancellationToken)
    {
        await _lock.WaitAsync(cancellationToken);
        try
        {
            if (_disposed)
                throw new CiliumException(ErrorKind.Unavailable, $"kvstore embedded: {path} is closed.");
            return use(_database ?? throw new InvalidOperationException("The store was not started."));
        }
        catch (SqliteException error)
        {
            throw SqliteErrors.Describe(error, path);
        }
        finally
        {
            _lock.Release();
        }
    }

    private KvCommitResult Commit(KvDatabase database, IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations)
    {
        using var transaction = database.Begin();
        if (!conditions.All(condition => Holds(database, condition)))
            return new(false, 0);
        var revision = _revision + 1;
        var changes = operations.Select(operation => Carry(database, operation, revision)).OfType<KvEvent>().ToArray();
        database.SetRevision(revision);
        transaction.Commit();
        _revision = revision;
        _feed.Publish(changes);
        return new(true, revision);
    }

    private static bool Holds(KvDatabase database, KvCondition condition) => condition switch
    {
        KvCondition.KeyAbsent absent => database.Get(absent.Key) is null,
        KvCondition.KeyExists exists => database.Get(exists.Key) is not null,
        KvCondition.RevisionEquals equals => database.Get(equals.Key)?.Revision == equals.Revision,
        KvCondition.PrefixEmpty empty => database.IsPrefixEmpty(empty.Prefix),
        _ => throw new ArgumentOutOfRangeException(nameof(condition), condition, "Accepted: KeyAbsent, KeyExists, RevisionEquals, PrefixEmpty."),
    };

    // What a watch is told about it; null when nothing changed.
    private static KvEvent? Carry(KvDatabase database, KvOperation operation, ulong revision)
    {
        var existed = database.Get(operation.Key) is not null;
        switch (operation)
        {
            case KvOperation.Put put:
                var value = put.Value.ToArray();
                database.Put(put.Key, value, revision);
                return new(existed ? KvEventKind.Modified : KvEventKind.Created, put.Key, value, revision);
            case KvOperation.Delete delete when existed:
                database.Delete(delete.Key);
                return new(KvEventKind.Deleted, delete.Key, default, revision);
            default:
                return null;
        }
    }

    private async ValueTask CloseAsync(Channel<KvEvent> channel)
    {
        await _lock.WaitAsync();
        _feed.Close(channel);
        _lock.Release();
    }
}
