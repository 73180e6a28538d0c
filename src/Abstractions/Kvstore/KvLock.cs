using Cilium.Framework.Errors;

namespace Cilium.Framework.Kvstore;

/// <summary>A lock in a store: a key that one holder creates under a lease. Works over every <see cref="IKvstore"/>.</summary>
/// <remarks>
/// Whoever only believes to hold it (its lease ran out while the process was stopped) is fenced off by <see cref="Held"/>:
/// a commit under this condition is carried out only while the lock is held.
/// </remarks>
public sealed class KvLock : IAsyncDisposable
{
    private static readonly TimeSpan GiveBackWithin = TimeSpan.FromSeconds(5);

    private readonly IKvLease _lease;

    private KvLock(string key, ulong revision, IKvLease lease) => (Key, Revision, _lease) = (key, revision, lease);

    /// <summary>Key of the lock.</summary>
    public string Key { get; }

    /// <summary>Revision of the lock's key: greater than that of every earlier holder.</summary>
    public ulong Revision { get; }

    /// <summary>Holds exactly as long as the lock does. Put it among the conditions of every commit that the lock is to protect.</summary>
    public KvCondition Held => new KvCondition.RevisionEquals(Key, Revision);

    /// <summary>Cancelled when the lock is lost.</summary>
    public CancellationToken Lost => _lease.Lost;

    /// <summary>Waits until the lock is free and takes it. Who waits longest does not necessarily come first.</summary>
    /// <param name="store">The store.</param>
    /// <param name="key">Key of the lock; nothing else may be written to it.</param>
    /// <param name="timeToLive">A holder that dies blocks the others for at most <see cref="KvstoreLimits.LongestExpiry"/> of this.</param>
    /// <param name="holder">Who asks, for whoever looks at the key.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CiliumException">The store cannot be reached, or the lease was lost while waiting.</exception>
    public static async Task<KvLock> AcquireAsync(IKvstore store, string key, TimeSpan timeToLive, string holder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(holder);
        var lease = await store.GrantLeaseAsync(timeToLive, cancellationToken).ConfigureAwait(false);
        try
        {
            return new(key, await TakeAsync(store, key, lease, System.Text.Encoding.UTF8.GetBytes(holder), cancellationToken).ConfigureAwait(false), lease);
        }
        catch
        {
            // What an interrupted commit may have written goes with the lease.
            await GiveBackAsync(lease).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Gives the lock back. When the store cannot be reached it is free when its lease runs out.</summary>
    public async ValueTask DisposeAsync() => await GiveBackAsync(_lease).ConfigureAwait(false);

    private static async Task<ulong> TakeAsync(IKvstore store, string key, IKvLease lease, byte[] holder, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(lease.Lost, cancellationToken);
        while (true)
        {
            try
            {
                var taken = await store.CommitAsync([new KvCondition.KeyAbsent(key)], [new KvOperation.Put(key, holder, lease)], either.Token).ConfigureAwait(false);
                if (taken.Succeeded)
                    return taken.Revision;
                await UntilFreeAsync(store, key, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new CiliumException(ErrorKind.Unavailable, $"kvstore: the lease of the lock {key} was lost while waiting for it. It can be asked for again.");
            }
        }
    }

    private static async Task UntilFreeAsync(IKvstore store, string key, CancellationToken cancellationToken)
    {
        var exists = false;
        await foreach (var happened in store.WatchAsync(key, cancellationToken).ConfigureAwait(false))
        {
            if (happened.Kind == KvEventKind.ListDone && !exists)
                return;
            if (happened.Key != key)
                continue;
            exists = happened.Kind != KvEventKind.Deleted;
            if (!exists)
                return;
        }

        throw new CiliumException(ErrorKind.Unavailable, $"kvstore: the store was closed while the lock {key} was awaited.");
    }

    private static async Task GiveBackAsync(IKvLease lease)
    {
        using var deadline = new CancellationTokenSource(GiveBackWithin);
        try
        {
            await lease.RevokeAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is CiliumException or OperationCanceledException)
        {
            // It runs out by itself.
        }
        finally
        {
            await lease.DisposeAsync().ConfigureAwait(false);
        }
    }
}
