using System.Diagnostics;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Traffic;

namespace Cilium.Framework.EndToEnd.Tests.Stores.Faults;

/// <summary>Packets between pods while something goes wrong that they must not notice: a connection, flows that a policy allows, and flows that it denies.</summary>
internal sealed class Undisturbed : IAsyncDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(10);

    /// <summary>More than what happens to a connection in the same time without any fault; as for an agent that is restarted.</summary>
    private static readonly TimeSpan MostAdded = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly IdleConnection _connection;
    private readonly DatagramStream _allowed;
    private readonly DatagramStream _denied;
    private readonly Task _asking;
    private long _longest;

    private Undisturbed(IdleConnection connection, DatagramStream allowed, DatagramStream denied)
    {
        (_connection, _allowed, _denied) = (connection, allowed, denied);
        _asking = AskAsync();
    }

    public static async Task<Undisturbed> StartAsync(LabPod client, LabPod server)
    {
        var ct = TestContext.Current.CancellationToken;
        var connection = await IdleConnection.OpenAsync(client, server, server.IPv4, SharedStore.SecondPort, ct);
        // Every datagram is a flow of its own: what is remembered of others says nothing about it.
        var allowed = await DatagramStream.StartAsync(client.Namespace, server.Namespace, server.IPv4, SharedStore.Port, Between, expectArrival: true, ct, freshPorts: true);
        var denied = await DatagramStream.StartAsync(client.Namespace, server.Namespace, server.IPv4, SharedStore.ClosedPort, Between, expectArrival: false, ct, freshPorts: true);
        return new(connection, allowed, denied);
    }

    /// <summary>The longest time that the connection needed for a question and its answer since this was asked last.</summary>
    public TimeSpan TakeLongest() => TimeSpan.FromTicks(Interlocked.Exchange(ref _longest, 0));

    /// <summary>Nothing was lost that is allowed, nothing came through that is not, and the connection lives.</summary>
    /// <param name="control">What the connection needed at most without any fault.</param>
    public async Task AssertAsync(TimeSpan control)
    {
        await _stop.CancelAsync();
        await _asking;
        var (passed, leaked) = (await _allowed.StopAsync(), await _denied.StopAsync());
        Assert.Equal((0, 0), (passed.Lost, passed.SocketDrops));
        Assert.Equal(0, leaked.Received);
        Assert.InRange(Math.Min(passed.Sent, leaked.Sent), 1000, long.MaxValue);
        var longest = TakeLongest();
        if (Patience.TimesCount)
            Assert.True(longest - control < MostAdded, $"the connection stood still for {longest.TotalMilliseconds:0} ms, without any fault for {control.TotalMilliseconds:0} ms");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _allowed.DisposeAsync();
        await _denied.DisposeAsync();
        _connection.Dispose();
        _stop.Dispose();
    }

    private async Task AskAsync()
    {
        try
        {
            while (true)
            {
                var asked = Stopwatch.GetTimestamp();
                await _connection.AnswersAsync(_stop.Token);
                Volatile.Write(ref _longest, Math.Max(_longest, Stopwatch.GetElapsedTime(asked).Ticks));
                await Task.Delay(Between, TimeProvider.System, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped.
        }
    }
}
