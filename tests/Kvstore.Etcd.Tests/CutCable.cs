using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Cilium.Framework.Kvstore.Etcd.Tests;

/// <summary>A cable to a server that can be cut: everything that was open ends, and nothing new is let through.</summary>
internal sealed class CutCable : IAsyncDisposable
{
    private readonly Uri _server;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Socket> _open = [];
    private readonly Task _accepting;
    private volatile bool _isCut;

    public CutCable(Uri server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    public void Cut()
    {
        _isCut = true;
        while (_open.TryTake(out var socket))
            socket.Dispose();
    }

    public void Mend() => _isCut = false;

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        Cut();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync();
                _open.Add(client);
                if (_isCut)
                    client.Dispose();
                else
                    _ = JoinAsync(client);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task JoinAsync(Socket client)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _open.Add(server);
        try
        {
            await server.ConnectAsync(_server.Host, _server.Port);
            client.NoDelay = true;
            await using var one = new NetworkStream(client);
            await using var other = new NetworkStream(server);
            await Task.WhenAny(one.CopyToAsync(other), other.CopyToAsync(one));
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException)
        {
            // Cut.
        }
        finally
        {
            client.Dispose();
            server.Dispose();
        }
    }
}
