using Cilium.Framework.Errors;

namespace Cilium.Framework.Kvstore.Consul.Http;

/// <summary>
/// Asks for the leader all the time. A held server keeps the connections of watches open, and a server whose leader is held waits for it:
/// whoever waits learns of it here instead of from a deadline.
/// </summary>
internal sealed class Pulse(ConsulHttp http, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(2), Patience = TimeSpan.FromSeconds(3);

    private CancellationTokenSource _beat = new();
    private Task _asking = Task.CompletedTask;

    /// <summary>Cancelled when what waits now had better ask again.</summary>
    public CancellationToken Beat => Volatile.Read(ref _beat).Token;

    public void Start() => _asking = AskAsync();

    public async ValueTask DisposeAsync()
    {
        await _asking;
        _beat.Dispose();
    }

    private async Task AskAsync()
    {
        byte[] leader = [];
        while (!http.Closed.IsCancellationRequested)
        {
            var address = http.Address;
            try
            {
                var answer = await http.AskAsync(address, "/v1/status/leader", Patience, http.Closed);
                if (leader.Length > 0 && !answer.Body.AsSpan().SequenceEqual(leader))
                    await AgainAsync();
                leader = answer.Body;
            }
            catch (CiliumException)
            {
                http.Leave(address);
                await AgainAsync();
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(Between, time, http.Closed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AgainAsync()
    {
        // The source is not disposed: somebody may just be linking to its token.
        await Interlocked.Exchange(ref _beat, new()).CancelAsync();
    }
}
