using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Cilium.Framework.Errors;
using Microsoft.Data.Sqlite;

namespace Cilium.Framework.Kvstore.Embedded;

/// <summary>A store in one SQLite file. Every commit is on disk before it is acknowledged; revisions are the numbers of the commits.</summary>
/// <remarks>
/// The leases of the former process run out from the moment on that the file is opened, each after its whole time: while no process has the file open,
/// nobody could have taken the keys over. Keys that are written with a new lease before that stay.
/// </remarks>
/// <param name="path">The file; its folder is made with mode 0700 when it does not exist.</param>
/// <param name="time">By which leases run out.</param>
internal sealed class EmbeddedKvstore(string path, TimeProvider time) : IKvstore
{
    private readonly SemaphoreSlim _lock = new(1);
    private readonly ChangeFeed _feed = new();
    private readonly HashSet<EmbeddedLease> _leases = [];
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
            foreach (var (id, timeToLive) in _database.Leases.All())
                await Hold(new(this, id, timeToLive, time)).DisposeAsync();
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

    public ValueTask<IKvLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeToLive, TimeSpan.Zero);
        var granted = Limits.Granted(timeToLive);
        return UseAsync<IKvLease>(database => Hold(new(this, database.Leases.Grant(granted), granted, time)), cancellationToken);
    }

    /// <summary>Removes a lease with its keys; nothing when it is gone already.</summary>
    public async ValueTask EndLeaseAsync(EmbeddedLease lease, CancellationToken cancellationToken)
    {
        if (await UseAsync(database => lease.IsOf(this) && End(database, lease), cancellationToken))
            lease.Ended();
    }

    public async ValueTask<KvstoreStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await UseAsync(database => new KvstoreStatus(true, $"embedded: {path}, {database.Count()} keys, {database.Leases.Count()} leases, revision {_revision}"), cancellationToken);
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
            foreach (var lease in _leases)
                lease.Close();
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
        if (operations.OfType<KvOperation.Put>().FirstOrDefault(put => put.Lease is { } lease && (lease as EmbeddedLease)?.IsOf(this) != true) is { } lost)
            throw new CiliumException(ErrorKind.Conflict, $"kvstore embedded: the lease of key \"{Excerpt.Of(lost.Key)}\" is lost, or is of another store. Nothing was changed. Grant another and write its keys again.");
        using var transaction = database.Begin();
        if (!conditions.All(condition => Commits.Holds(database, condition)))
            return new(false, 0);
        var revision = _revision + 1;
        var changes = operations.Select(operation => Commits.Carry(database, operation, revision)).OfType<KvEvent>().ToArray();
        Finish(database, transaction, revision, changes);
        return new(true, revision);
    }

    private bool End(KvDatabase database, EmbeddedLease lease)
    {
        using var transaction = database.Begin();
        var revision = _revision + 1;
        var changes = database.Leases.KeysOf(lease.Id).Select(key => new KvEvent(KvEventKind.Deleted, key, default, revision)).ToArray();
        database.Leases.End(lease.Id);
        Finish(database, transaction, revision, changes);
        // Inside of the lock: no commit may still take it for good.
        lease.Close();
        _leases.Remove(lease);
        return true;
    }

    private void Finish(KvDatabase database, SqliteTransaction transaction, ulong revision, KvEvent[] changes)
    {
        database.SetRevision(revision);
        transaction.Commit();
        _revision = revision;
        _feed.Publish(changes);
    }

    private EmbeddedLease Hold(EmbeddedLease lease)
    {
        _leases.Add(lease);
        return lease;
    }

    private async ValueTask CloseAsync(Channel<KvEvent> channel)
    {
        await _lock.WaitAsync();
        _feed.Close(channel);
        _lock.Release();
    }
}
