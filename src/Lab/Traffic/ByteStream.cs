using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab.Traffic;

/// <summary>One TCP connection that carries bytes as fast as it can; the receiver notes its longest wait.</summary>
public sealed class ByteStream : IAsyncDisposable
{
    private const int ChunkSize = 128 * 1024;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _sender;
    private readonly Socket _receiver;
    private Task _running = Task.CompletedTask;
    private long _received;
    private long _mark;
    private TimeSpan _longest;

    private ByteStream(Socket sender, Socket receiver) => (_sender, _receiver) = (sender, receiver);

    /// <summary>Connects and starts.</summary>
    /// <param name="from">Sender.</param>
    /// <param name="to">Receiver.</param>
    /// <param name="address">The receiver's address.</param>
    /// <param name="port">A port of the receiver.</param>
    /// <param name="ct">Gives up.</param>
    public static async Task<ByteStream> StartAsync(NetworkNamespace from, NetworkNamespace to, IPAddress address, int port, CancellationToken ct)
    {
        using var listener = Inside.Socket(to, address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(address, port));
        listener.Listen();
        var sender = Inside.Socket(from, address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        var accepting = listener.AcceptAsync(ct);
        await sender.ConnectAsync(new IPEndPoint(address, port), ct);
        var stream = new ByteStream(sender, await accepting);
        stream._running = Task.WhenAll(stream.SendAsync(), stream.ReceiveAsync());
        return stream;
    }

    /// <summary>Waits until so many more bytes have arrived.</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="ct">Gives up.</param>
    public async Task WaitForAsync(long bytes, CancellationToken ct)
    {
        _mark += bytes;
        var target = Math.Max(_mark, Volatile.Read(ref _received) + bytes);
        while (Volatile.Read(ref _received) < target)
        {
            if (_running.IsFaulted)
                await _running;
            await Task.Delay(Poll, TimeProvider.System, ct);
        }
    }

    /// <summary>Stops.</summary>
    /// <returns>The longest time in which no byte arrived.</returns>
    public async Task<TimeSpan> StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        return _longest;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _sender.Dispose();
        _receiver.Dispose();
        _stop.Dispose();
    }

    private async Task SendAsync()
    {
        var chunk = new byte[ChunkSize];
        try
        {
            while (true)
                await _sender.SendAsync(chunk, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[ChunkSize];
        var last = Stopwatch.GetTimestamp();
        try
        {
            while (await _receiver.ReceiveAsync(buffer, _stop.Token) is > 0 and var length)
            {
                var wait = Stopwatch.GetElapsedTime(last);
                if (wait > _longest)
                    _longest = wait;
                last = Stopwatch.GetTimestamp();
                Volatile.Write(ref _received, _received + length);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }
}
