using Cilium.Framework.Errors;

namespace Cilium.Framework.Kvstore.Embedded;

/// <summary>A lease that a row of the file stands for. While its holder lives it needs no renewal: the store runs in the holder's own process.</summary>
/// <param name="store">The store that granted it.</param>
/// <param name="id">Number of its row; never used again.</param>
/// <param name="timeToLive">How long the keys outlive the holder.</param>
/// <param name="time">By which it runs out.</param>
internal sealed class EmbeddedLease(EmbeddedKvstore store, long id, TimeSpan timeToLive, TimeProvider time) : IKvLease
{
    /// <summary>A file that cannot be written when a lease has run out (a full disk) is tried again after this.</summary>
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _lost = new();
    private readonly Lock _sync = new();
    private ITimer? _expiry;
    private bool _ended;

    public TimeSpan TimeToLive => timeToLive;

    public CancellationToken Lost => _lost.Token;

    public long Id => id;

    public bool IsOf(EmbeddedKvstore other)
    {
        lock (_sync)
            return !_ended && store == other;
    }

    public ValueTask RevokeAsync(CancellationToken cancellationToken) => store.EndLeaseAsync(this, cancellationToken);

    /// <summary>From now on it runs out.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_sync)
        {
            if (!_ended)
                _expiry ??= time.CreateTimer(_ => _ = RunOutAsync(), null, timeToLive, Timeout.InfiniteTimeSpan);
        }

        return default;
    }

    /// <summary>Its row and keys are gone.</summary>
    public void Ended()
    {
        Close();
        _lost.Cancel();
    }

    /// <summary>The store is closed: the row stays, and the next one to open the file lets the lease run out.</summary>
    public void Close()
    {
        lock (_sync)
        {
            _ended = true;
            _expiry?.Dispose();
        }
    }

    private async Task RunOutAsync()
    {
        try
        {
            await store.EndLeaseAsync(this, CancellationToken.None);
        }
        catch (CiliumException)
        {
            lock (_sync)
            {
                if (!_ended)
                    _expiry?.Change(TryAgain, Timeout.InfiniteTimeSpan);
            }
        }
    }
}
