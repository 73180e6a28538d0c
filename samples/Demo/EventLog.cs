using System.Collections.Concurrent;
using Cilium.Framework.Client;
using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Demo;

/// <summary>Collects the agent's events, so that a check can name the rule that decided about its packets.</summary>
internal sealed class EventLog : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private readonly ConcurrentQueue<MonitorEvent> _events = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reader;

    public EventLog(string socket) => _reader = ReadAsync(socket);

    /// <summary>Forgets what was seen so far.</summary>
    public void Clear() => _events.Clear();

    /// <summary>The first event that fits; null when none comes within two seconds.</summary>
    public async Task<MonitorEvent?> FindAsync(Func<MonitorEvent, bool> fits, CancellationToken ct)
    {
        var end = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(end) < Deadline)
        {
            if (_events.FirstOrDefault(fits) is { } found)
                return found;
            await Task.Delay(Pause, TimeProvider.System, ct);
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reader;
        _stop.Dispose();
    }

    /// <summary>Reads on over restarts of the agent.</summary>
    private async Task ReadAsync(string socket)
    {
        using var client = new CiliumClient(socket);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await foreach (var read in client.ReadEventsAsync(_stop.Token))
                    _events.Enqueue(read);
                await Task.Delay(Pause, TimeProvider.System, _stop.Token);
            }
            catch (Exception exception) when (exception is ApiException or IOException or HttpRequestException)
            {
                await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
