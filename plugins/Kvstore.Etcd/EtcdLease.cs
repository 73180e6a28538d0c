using System.Globalization;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore.Etcd.Calls;
using Cilium.Framework.Kvstore.Etcd.Failures;
using Etcdserverpb;
using Grpc.Core;

namespace Cilium.Framework.Kvstore.Etcd;

/// <summary>A lease of etcd that is renewed every third of its time, each time by a call of its own: there is no stream that could die unnoticed.</summary>
internal sealed class EtcdLease : IKvLease
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(250);

    private readonly EtcdClient _client;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _stopped;
    private readonly SemaphoreSlim _doubts = new(0);
    private readonly Task _renewing;
    private long _renewed;
    private bool _isStopped;

    private EtcdLease(EtcdKvstore store, EtcdClient client, long id, TimeSpan timeToLive, long granted)
    {
        (Store, _client, Id, TimeToLive, _renewed) = (store, client, id, timeToLive, granted);
        Lost = _lost.Token;
        _stopped = CancellationTokenSource.CreateLinkedTokenSource(client.Closed);
        _renewing = RenewAsync(_stopped.Token);
    }

    public EtcdKvstore Store { get; }

    public long Id { get; }

    public TimeSpan TimeToLive { get; }

    public CancellationToken Lost { get; }

    /// <summary>As etcdctl shows it.</summary>
    private string Name => Id.ToString("x", CultureInfo.InvariantCulture);

    public static async Task<IKvLease> GrantAsync(EtcdKvstore store, EtcdClient client, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        var asked = client.Time.GetTimestamp();
        var request = new LeaseGrantRequest { TTL = (long)Math.Ceiling(timeToLive.TotalSeconds) };
        // Granted twice, the first one runs out by itself.
        var granted = await client.CallAsync(
            new EtcdCall<LeaseGrantResponse>("a lease cannot be granted", Repeatable: true, async (invoker, options) => await new Etcdserverpb.Lease.LeaseClient(invoker).LeaseGrantAsync(request, options)),
            cancellationToken);
        return new EtcdLease(store, client, granted.ID, TimeSpan.FromSeconds(granted.TTL), asked);
    }

    /// <summary>A commit found it gone: ask at once.</summary>
    public void Doubt() => _doubts.Release();

    public async ValueTask RevokeAsync(CancellationToken cancellationToken)
    {
        await StopAsync();
        try
        {
            await _client.CallAsync(
                new EtcdCall<LeaseRevokeResponse>($"lease {Name} cannot be revoked", Repeatable: true, async (invoker, options) => await new Etcdserverpb.Lease.LeaseClient(invoker).LeaseRevokeAsync(new() { ID = Id }, options)),
                cancellationToken);
        }
        catch (LeaseGoneException)
        {
            // That is what was wanted.
        }
        finally
        {
            // Nobody renews it any more.
            _ = _lost.CancelAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _renewing;
        _stopped.Dispose();
    }

    private async Task StopAsync()
    {
        if (!Interlocked.Exchange(ref _isStopped, true))
            await _stopped.CancelAsync();
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        // The caller has nothing to wait for.
        await Task.Yield();
        try
        {
            var pause = TimeToLive / 3;
            while (!_lost.IsCancellationRequested)
            {
                await _doubts.WaitAsync(Least(pause, Left), cancellationToken);
                pause = await RenewOnceAsync(cancellationToken) ? TimeToLive / 3 : Retry;
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed, revoked, or the store is closed.
        }
    }

    private async Task<bool> RenewOnceAsync(CancellationToken cancellationToken)
    {
        if (Left <= TimeSpan.Zero)
            return Lose($"it was not renewed for {TimeToLive.TotalSeconds:0.#} s");
        // The server counts from when it is heard, so counting from before sending is never too late.
        var asked = _client.Time.GetTimestamp();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(TimeSpan.FromMilliseconds(Math.Max(1, Left.TotalMilliseconds)));
        try
        {
            var answer = await _client.CallAsync(new EtcdCall<LeaseKeepAliveResponse>($"lease {Name} cannot be renewed", Repeatable: true, KeepAliveAsync), deadline.Token);
            if (answer.TTL <= 0)
                return Lose("the server does not know it");
            _renewed = asked;
            return true;
        }
        catch (Exception error) when (error is CiliumException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            EtcdLog.NotRenewed(_client.Logger, Name, Math.Max(0, Left.TotalSeconds), error.Message);
            return false;
        }
    }

    private async Task<LeaseKeepAliveResponse> KeepAliveAsync(CallInvoker invoker, CallOptions options)
    {
        using var call = new Etcdserverpb.Lease.LeaseClient(invoker).LeaseKeepAlive(options);
        await call.RequestStream.WriteAsync(new() { ID = Id }, options.CancellationToken);
        if (!await call.ResponseStream.MoveNext(options.CancellationToken))
            throw new RpcException(new Status(StatusCode.Unavailable, "the server ended the stream"));
        return call.ResponseStream.Current;
    }

    // Whoever waits for the loss may dispose the lease there: that waits for the renewal, which must not wait for him.
    private bool Lose(string cause)
    {
        EtcdLog.LeaseLost(_client.Logger, Name, cause);
        _ = _lost.CancelAsync();
        return true;
    }

    private TimeSpan Left => TimeToLive - _client.Time.GetElapsedTime(_renewed);

    private static TimeSpan Least(TimeSpan pause, TimeSpan left) => left <= TimeSpan.Zero ? TimeSpan.Zero : pause < left ? pause : left;
}
