using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab.Traffic;

/// <summary>Sends back what it gets, over TCP and UDP, on one port of one namespace, both families. Ready when the constructor returns.</summary>
public sealed class EchoServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Socket> _sockets = [];
    private readonly List<Task> _loops = [];

    /// <summary>Starts to listen.</summary>
    /// <param name="networkNamespace">Where.</param>
    /// <param name="port">TCP and UDP port.</param>
    public EchoServer(NetworkNamespace networkNamespace, int port)
    {
        foreach (var any in (IPAddress[])[IPAddress.Any, IPAddress.IPv6Any])
        {
            var tcp = Inside.Socket(networkNamespace, any.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            var udp = Inside.Socket(networkNamespace, any.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            foreach (var socket in (Socket[])[tcp, udp])
            {
                if (any.AddressFamily == AddressFamily.InterNetworkV6)
                    socket.DualMode = false;
                socket.Bind(new IPEndPoint(any, port));
                _sockets.Add(socket);
            }

            tcp.Listen();
            _loops.Add(AcceptAsync(tcp));
            _loops.Add(EchoDatagramsAsync(udp));
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var socket in _sockets)
            socket.Dispose();
        await Task.WhenAll(_loops);
        _stop.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(EchoStreamAsync(await listener.AcceptAsync(_stop.Token)));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task EchoStreamAsync(Socket connection)
    {
        using (connection)
        {
            try
            {
                var buffer = new byte[64 * 1024];
                while (await connection.ReceiveAsync(buffer, _stop.Token) is > 0 and var length)
                    await connection.SendAsync(buffer.AsMemory(0, length), _stop.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException)
            {
                // The client went away, or the server stops.
            }
        }
    }

    private async Task EchoDatagramsAsync(Socket socket)
    {
        try
        {
            var buffer = new byte[64 * 1024];
            var any = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
            while (true)
            {
                var received = await socket.ReceiveFromAsync(buffer, SocketFlags.None, any, _stop.Token);
                await socket.SendToAsync(buffer.AsMemory(0, received.ReceivedBytes), SocketFlags.None, received.RemoteEndPoint, _stop.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The server stops.
        }
    }
}
