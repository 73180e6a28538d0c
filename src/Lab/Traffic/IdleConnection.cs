using System.Net;
using System.Net.Sockets;

namespace Cilium.Framework.Lab.Traffic;

/// <summary>A TCP connection on which nothing is sent until somebody asks whether it still lives.</summary>
public sealed class IdleConnection : IDisposable
{
    private static readonly TimeSpan Limit = Patience.Of(TimeSpan.FromSeconds(5));

    private readonly Socket _client;
    private readonly Socket _server;

    private IdleConnection(Socket client, Socket server) => (_client, _server) = (client, server);

    /// <summary>Opens one, on which both sides have sent.</summary>
    /// <param name="client">Who begins it.</param>
    /// <param name="server">Who accepts it.</param>
    /// <param name="address">The server's address.</param>
    /// <param name="port">A port of the server.</param>
    /// <param name="ct">Gives up.</param>
    public static async Task<IdleConnection> OpenAsync(LabPod client, LabPod server, IPAddress address, int port, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(address);
        using var listener = Inside.Socket(server.Namespace, address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(address, port));
        listener.Listen();
        var socket = Inside.Socket(client.Namespace, address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.NoDelay = true;
        var accepting = listener.AcceptAsync(ct);
        await socket.ConnectAsync(new IPEndPoint(address, port), ct);
        var connection = new IdleConnection(socket, await accepting);
        await connection.AnswersAsync(ct);
        return connection;
    }

    /// <summary>The side that did not begin sends first: only who knows the connection lets that pass. Then the other one.</summary>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="LabException">What one side sent has not arrived.</exception>
    public async Task AnswersAsync(CancellationToken ct)
    {
        await PassAsync(_server, _client, ct);
        await PassAsync(_client, _server, ct);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
    }

    private static async Task PassAsync(Socket from, Socket to, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Limit);
        try
        {
            await from.SendAsync(new byte[] { 1 }, limit.Token);
            if (await to.ReceiveAsync(new byte[1], limit.Token) == 0)
                throw new LabException($"{from.LocalEndPoint} has closed the connection to {to.LocalEndPoint}.");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new LabException($"What {from.LocalEndPoint} sends does not arrive at {to.LocalEndPoint}: the connection is not known any more.");
        }
    }
}
