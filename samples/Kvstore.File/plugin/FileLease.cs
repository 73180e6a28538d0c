using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;

namespace Example.FileStore;

/// <summary>A lease. The store runs in its holder's process, so that nothing has to be renewed while the holder lives.</summary>
internal sealed class FileLease(FileKvstore store, Term term, TimeProvider time) : IKvLease
{
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(1);
    private readonly Lock _sync = new();
    private readonly CancellationTokenSource _lost = new();
    private ITimer? _expiry;
    private bool _ended;

    public Term Term => term;

    public TimeSpan TimeToLive => term.TimeToLive;

    public CancellationToken Lost => _lost.Token;

    public bool IsOf(FileKvstore other)
    {
        lock (_sync)
            return store == other && !_ended;
    }

    public ValueTask RevokeAsync(CancellationToken cancellationToken)
    {
        store.End(this);
        _lost.Cancel();
        return default;
    }

    /// <summary>Removes nothing: from now on the lease runs out.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_sync)
        {
            if (!_ended)
                _expiry ??= time.CreateTimer(_ => RunOut(), null, TimeToLive, Timeout.InfiniteTimeSpan);
        }

        return default;
    }

    /// <summary>Its keys are gone. Called by the store, under its lock: no commit comes between.</summary>
    public void Ended()
    {
        lock (_sync)
        {
            _ended = true;
            _expiry?.Dispose();
        }
    }

    private void RunOut()
    {
        try
        {
            store.End(this);
            _lost.Cancel();
        }
        catch (CiliumException error) when (error.Kind == ErrorKind.Exhausted)
        {
            // A full disk: the keys stay until there is room to write that they are gone.
            lock (_sync)
                _expiry?.Change(TryAgain, Timeout.InfiniteTimeSpan);
        }
        catch (CiliumException)
        {
            // The store is closed: the next one to open it lets the lease run out.
        }
    }
}
