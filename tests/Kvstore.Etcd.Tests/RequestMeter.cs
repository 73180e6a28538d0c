using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Cilium.Framework.Kvstore.Etcd.Tests;

/// <summary>Stands between a node and its server and counts the requests that pass: each opens a stream of HTTP/2 (RFC 9113, 4.1 and 6.2).</summary>
internal sealed class RequestMeter : IAsyncDisposable
{
    private const int Preface = 24, FrameHeader = 9;
    private const byte Headers = 1;

    private readonly Uri _server;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private int _requests;

    public RequestMeter(Uri server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    public int Requests => Volatile.Read(ref _requests);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
                open.Add(JoinAsync(await _listener.AcceptSocketAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task JoinAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var accepted = client;
        client.NoDelay = true;
        try
        {
            await server.ConnectAsync(_server.Host, _server.Port, _stop.Token);
            await using var one = new NetworkStream(client);
            await using var other = new NetworkStream(server);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            var (to, from) = (CountAsync(one, other, end.Token), other.CopyToAsync(one, end.Token));
            await Task.WhenAny(to, from);
            await end.CancelAsync();
            await Task.WhenAll(to, from);
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException)
        {
            // One of the two has ended, or the test is over.
        }
    }

    private async Task CountAsync(NetworkStream client, NetworkStream server, CancellationToken ct)
    {
        var buffer = new byte[Preface];
        await client.ReadExactlyAsync(buffer, ct);
        await server.WriteAsync(buffer, ct);
        var newest = 0u;
        while (true)
        {
            Array.Resize(ref buffer, FrameHeader);
            await client.ReadExactlyAsync(buffer, ct);
            var stream = BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(5)) & int.MaxValue;
            // The numbers of streams grow; what follows on one that is open already is no new request.
            if (buffer[3] == Headers && stream > newest)
            {
                newest = stream;
                Interlocked.Increment(ref _requests);
            }

            Array.Resize(ref buffer, FrameHeader + (buffer[0] << 16 | buffer[1] << 8 | buffer[2]));
            await client.ReadExactlyAsync(buffer.AsMemory(FrameHeader), ct);
            await server.WriteAsync(buffer, ct);
        }
    }
}
