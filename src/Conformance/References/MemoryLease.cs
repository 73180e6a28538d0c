using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.References;

/// <summary>A lease in memory: it needs no renewal while its holder lives and its server answers, and runs out otherwise.</summary>
internal sealed class MemoryLease(MemoryKvstoreContent content, TimeSpan timeToLive) : IKvLease
{
    private readonly CancellationTokenSource _lost = new();
    private ITimer? _expiry;
    private bool _stopped, _ended;

    public TimeSpan TimeToLive => timeToLive;

    public CancellationToken Lost => _lost.Token;

    public async ValueTask RevokeAsync(CancellationToken cancellationToken)
    {
        await content.Connection.ReachAsync(cancellationToken);
        End();
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
        _stopped = true;
        RunOut();
    }

    /// <summary>The server does not answer, or does again. The caller holds the content's lock.</summary>
    public void Reached(bool answers)
    {
        if (!answers)
            RunOut();
        else if (_ended)
            content.End(this);
        else if (!_stopped)
        {
            _expiry?.Dispose();
            _expiry = null;
        }
    }

    private void RunOut()
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
            // A server that does not answer removes the keys when it is back.
            if (content.Connection.Answers)
                content.End(this);
        }

        _lost.Cancel();
    }
}
