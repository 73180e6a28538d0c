using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab.Traffic;

/// <summary>Numbered datagrams at a steady pace from one namespace to another, counted at the receiver.</summary>
public sealed class DatagramStream : IAsyncDisposable
{
    private const int SocketOptionReceiveBufferForce = 33;
    private const int SolSocket = 1;
    private static readonly TimeSpan Grace = Patience.Of(TimeSpan.FromMilliseconds(300));
    private readonly CancellationTokenSource _stopSending = new();
    private readonly CancellationTokenSource _stopReceiving = new();
    private readonly Socket _sender;
    private readonly Socket _receiver;
    private readonly TimeSpan _pause;
    private readonly int? _freshPortsTo;
    private readonly HashSet<long> _received = [];
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Thread? _sending;
    private Task _receiving = Task.CompletedTask;
    private long _sent;

    private DatagramStream(Socket sender, Socket receiver, TimeSpan pause, int? freshPortsTo) => (_sender, _receiver, _pause, _freshPortsTo) = (sender, receiver, pause, freshPortsTo);

    /// <summary>What came of a stream.</summary>
    /// <param name="Sent">Datagrams sent.</param>
    /// <param name="Received">Different datagrams received.</param>
    /// <param name="SocketDrops">Datagrams that reached the receiver's socket and found its buffer full: the receiver's fault, not the network's.</param>
    public sealed record Result(long Sent, long Received, long SocketDrops)
    {
        /// <summary>Datagrams that never arrived.</summary>
        public long Lost => Sent - Received;
    }

    /// <summary>Starts; when arrival is expected, returns once the receiver is proven ready.</summary>
    /// <param name="from">Sender.</param>
    /// <param name="to">Receiver.</param>
    /// <param name="address">The receiver's address.</param>
    /// <param name="port">The receiver's port.</param>
    /// <param name="pause">Time between two datagrams.</param>
    /// <param name="expectArrival">False: the stream is meant to be dropped.</param>
    /// <param name="ct">Gives up.</param>
    /// <param name="freshPorts">Every datagram has another source port, so that each is a flow of its own that must be judged. IPv4 only.</param>
    /// <exception cref="TimeoutException">Arrival was expected, and nothing arrived.</exception>
    public static async Task<DatagramStream> StartAsync(
        NetworkNamespace from, NetworkNamespace to, IPAddress address, int port, TimeSpan pause, bool expectArrival, CancellationToken ct, bool freshPorts = false)
    {
        var receiver = Inside.Socket(to, address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        receiver.SetRawSocketOption(SolSocket, SocketOptionReceiveBufferForce, BitConverter.GetBytes(8 << 20));
        receiver.Bind(new IPEndPoint(address, port));
        var sender = Inside.Socket(from, address.AddressFamily, freshPorts ? SocketType.Raw : SocketType.Dgram, ProtocolType.Udp);
        await sender.ConnectAsync(new IPEndPoint(address, port), ct);
        var stream = new DatagramStream(sender, receiver, pause, freshPorts ? port : null);
        stream._receiving = stream.ReceiveAsync();
        stream._sending = new Thread(stream.Send) { IsBackground = true };
        stream._sending.Start();
        try
        {
            if (expectArrival)
                await stream.WaitForArrivalAsync(ct);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns once something has arrived: the receiver is ready.</summary>
    public Task WaitForArrivalAsync(CancellationToken ct) => _first.Task.WaitAsync(Patience.Of(TimeSpan.FromSeconds(5)), ct);

    /// <summary>What came of it so far; what is on its way counts as lost.</summary>
    public Result SoFar
    {
        get
        {
            lock (_received)
                return new Result(Volatile.Read(ref _sent), _received.Count, SocketDrops());
        }
    }

    /// <summary>Stops sending, waits for what is on its way, and counts.</summary>
    public async Task<Result> StopAsync()
    {
        await _stopSending.CancelAsync();
        _sending?.Join();
        // Nothing says that the last datagram is not on its way any more; what comes later than this counts as lost.
        await Task.Delay(Grace, TimeProvider.System);
        await _stopReceiving.CancelAsync();
        await _receiving;
        return new Result(Volatile.Read(ref _sent), _received.Count, SocketDrops());
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stopSending.CancelAsync();
        _sending?.Join();
        await _stopReceiving.CancelAsync();
        await _receiving;
        _sender.Dispose();
        _receiver.Dispose();
        _stopSending.Dispose();
        _stopReceiving.Dispose();
    }

    /// <summary>A thread of its own: a pool thread that is late would look like a gap in the network.</summary>
    private void Send()
    {
        const int header = 8, length = 64;
        Span<byte> datagram = stackalloc byte[header + length];
        while (!_stopSending.Token.WaitHandle.WaitOne(_pause))
        {
            BinaryPrimitives.WriteInt64LittleEndian(datagram[header..], _sent);
            if (_freshPortsTo is { } port)
                WriteHeader(datagram, FreshPort(_sent), (ushort)port);
            try
            {
                _sender.Send(_freshPortsTo is null ? datagram[header..] : datagram);
                Volatile.Write(ref _sent, _sent + 1);
            }
            catch (SocketException)
            {
                // An ICMP error of an earlier datagram was delivered here; this one was not sent.
            }
        }
    }

    private static ushort FreshPort(long number)
    {
        const int first = 1024;
        return (ushort)(first + (number % (ushort.MaxValue - first)));
    }

    // RFC 768; a checksum of zero means none.
    private static void WriteHeader(Span<byte> datagram, ushort from, ushort to)
    {
        BinaryPrimitives.WriteUInt16BigEndian(datagram, from);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[2..], to);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[4..], (ushort)datagram.Length);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[6..], 0);
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[2048];
        try
        {
            while (true)
            {
                var length = await _receiver.ReceiveAsync(buffer, _stopReceiving.Token);
                if (length >= 8)
                {
                    lock (_received)
                        _received.Add(BinaryPrimitives.ReadInt64LittleEndian(buffer));
                }

                _first.TrySetResult();
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    /// <summary>SO_MEMINFO (55): the ninth number counts drops for want of buffer.</summary>
    private long SocketDrops()
    {
        const int memoryInfo = 55;
        var info = new byte[36];
        _receiver.GetRawSocketOption(SolSocket, memoryInfo, info);
        return BitConverter.ToUInt32(info, 32);
    }
}
