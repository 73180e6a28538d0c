using System.Net.Sockets;

namespace Cilium.Framework.Agent.NodeHealth;

/// <summary>Answers the greeting on a socket that listens.</summary>
/// <param name="listener">Stays open when the server ends: its owner closes it.</param>
/// <param name="time">The clock.</param>
internal sealed class HealthServer(Socket listener, TimeProvider time)
{
    /// <summary>Connections at a time; more wait in the kernel. Anybody may connect: what they cost is bounded.</summary>
    private const int MostConnections = 32;

    /// <summary>How long a client may take to say what it wants.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Runs until cancelled.</summary>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="SocketException">No connection can be accepted any more.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        using var free = new SemaphoreSlim(MostConnections, MostConnections);
        var running = new List<Task>();
        try
        {
            while (true)
            {
                await free.WaitAsync(ct);
                running.RemoveAll(task => task.IsCompleted);
                running.Add(AnswerAsync(await listener.AcceptAsync(ct), free, ct));
            }
        }
        finally
        {
            await Task.WhenAll(running);
        }
    }

    private async Task AnswerAsync(Socket connection, SemaphoreSlim free, CancellationToken ct)
    {
        using var closing = connection;
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        try
        {
            var head = await HealthStream.ReadHeadAsync(connection, either.Token);
            await connection.SendAsync(HealthService.Answer(head.Span), either.Token);
            connection.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // The client went away, was too slow, or the agent ends.
        }
        finally
        {
            free.Release();
        }
    }
}
