using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.References;

/// <summary>A lease in memory: it needs no renewal while its holder lives, and runs out when the holder is gone.</summary>
internal sealed class MemoryLease(MemoryKvstoreContent content, TimeSpan timeToLive) : IKvLease
{
    private readonly CancellationTokenSource _lost = new();
    private ITimer? _expiry;
    private bool _ended;

    public TimeSpan TimeToLive => timeToLive;

    public CancellationToken Lost => _lost.Token;

    public ValueTask RevokeAsync(CancellationToken cancellationToken)
    {
        End();
        return default;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        lock (content.Sync)
            StopRenewing();
        return default;
    }

    /// <summary>The caller holds the content's lock.</summary>
    public bool IsOf(MemoryKvstoreContent other) => !_ended && content == other;

    /// <summary>The caller holds the content's lock.</summary>
    public void StopRenewing()
    {
        if (!_ended)
            _expiry ??= content.Time.CreateTimer(_ => End(), null, timeToLive, Timeout.InfiniteTimeSpan);
    }

    private void End()
    {
        lock (content.Sync)
        {
            if (_ended)
                return;
            _ended = true;
            _expiry?.Dispose();
            content.End(this);
        }

        _lost.Cancel();
    }
}
