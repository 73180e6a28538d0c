using System.Collections.Immutable;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Store;

/// <summary>The one lease under which this agent's keys are in the store: granted when first needed, and anew when it was lost.</summary>
/// <remarks>It is not revoked when the agent stops: the keys stay until the next agent of this node takes them over, or the lease runs out.</remarks>
/// <param name="store">The store.</param>
/// <param name="timeToLive">How long the keys outlive the agent.</param>
internal sealed class NodeLease(StoreCalls store, TimeSpan timeToLive) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private ImmutableArray<Wake> _wakes = [];
    private IKvLease? _current;
    private Task<IKvLease>? _granting;
    private int _losses;

    /// <summary>How often a lease was lost, with the keys under it. Whoever wrote keys before it grew has to write them again.</summary>
    public int Losses => Volatile.Read(ref _losses);

    /// <summary>Sets the wake when the lease is lost.</summary>
    public IDisposable Attach(Wake wake)
    {
        ImmutableInterlocked.Update(ref _wakes, wakes => wakes.Add(wake));
        return new Attachment(() => ImmutableInterlocked.Update(ref _wakes, wakes => wakes.Remove(wake)));
    }

    /// <summary>Commits operations that put keys under the lease.</summary>
    /// <param name="conditions">What must hold.</param>
    /// <param name="operations">Given the lease.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="CiliumException">The store cannot be reached.</exception>
    public async Task<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, Func<IKvLease, IReadOnlyList<KvOperation>> operations, CancellationToken ct)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            var lease = await Get().WaitAsync(ct);
            try
            {
                return await store.CommitAsync(conditions, operations(lease), ct);
            }
            catch (CiliumException refused) when (refused.Kind == ErrorKind.Conflict && isFirst)
            {
                Lose(lease);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_current is { } current)
            await current.DisposeAsync();
        _stop.Dispose();
    }

    /// <summary>Everybody who needs it while it is granted waits for the same.</summary>
    private Task<IKvLease> Get()
    {
        lock (_lock)
        {
            if (_current is { Lost.IsCancellationRequested: false } current)
                return Task.FromResult(current);
            if (_granting is { IsCompleted: false } underWay)
                return underWay;
            return _granting = GrantAsync();
        }
    }

    private async Task<IKvLease> GrantAsync()
    {
        var lease = await store.GrantLeaseAsync(timeToLive, _stop.Token);
        lock (_lock)
            _current = lease;
        lease.Lost.Register(() => Lose(lease));
        return lease;
    }

    private void Lose(IKvLease lease)
    {
        lock (_lock)
        {
            if (_current != lease)
                return;
            _current = null;
        }

        Interlocked.Increment(ref _losses);
        foreach (var wake in _wakes)
            wake.Set();
    }

    private sealed class Attachment(Action detach) : IDisposable
    {
        public void Dispose() => detach();
    }
}
