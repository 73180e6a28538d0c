using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore.Consul.Http;

namespace Cilium.Framework.Kvstore.Consul.Leases;

/// <summary>A session of Consul that deletes its keys when it ends.</summary>
internal sealed class ConsulLease(ConsulHttp http, string session, TimeSpan timeToLive, TimeProvider time) : IKvLease
{
    /// <summary>Renewed this often within its time.</summary>
    private const int Renewals = 3;

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(http.Closed);
    private Task _renewing = Task.CompletedTask;
    private int _disposed;

    public string Session => session;

    public TimeSpan TimeToLive => timeToLive;

    public CancellationToken Lost => _lost.Token;

    /// <param name="granted">When it was asked for, as a timestamp.</param>
    public void Start(long granted) => _renewing = RenewAsync(granted);

    public async ValueTask RevokeAsync(CancellationToken cancellationToken)
    {
        await StopAsync();
        // Lost to the holder in any case: nobody renews it.
        await _lost.CancelAsync();
        await http.WriteAsync($"/v1/session/destroy/{session}", [], cancellationToken);
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            await _stop.CancelAsync();
        await _renewing;
        _stop.Dispose();
    }

    private async Task RenewAsync(long heard)
    {
        var pause = timeToLive / Renewals;
        while (true)
        {
            var left = timeToLive - time.GetElapsedTime(heard);
            await Task.Delay(left < pause ? Positive(left) : pause, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stop.IsCancellationRequested)
                return;
            var asked = time.GetTimestamp();
            using var deadline = new CancellationTokenSource(Positive(timeToLive - time.GetElapsedTime(heard)), time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, deadline.Token);
            try
            {
                if ((await http.WriteAsync($"/v1/session/renew/{session}", [], either.Token)).IsMissing)
                {
                    await _lost.CancelAsync();
                    return;
                }

                (heard, pause) = (asked, timeToLive / Renewals);
            }
            catch (Exception error) when (error is CiliumException or OperationCanceledException)
            {
                pause = AfterFailure;
            }

            if (_stop.IsCancellationRequested)
                return;
            if (time.GetElapsedTime(heard) < timeToLive)
                continue;
            await _lost.CancelAsync();
            return;
        }
    }

    private static TimeSpan Positive(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.FromMilliseconds(1);
}
