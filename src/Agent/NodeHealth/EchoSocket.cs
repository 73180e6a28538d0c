using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Cilium.Framework.NodeHealth;

namespace Cilium.Framework.Agent.NodeHealth;

/// <summary>Sends echo requests over one raw socket, any number at a time.</summary>
internal sealed class EchoSocket : IDisposable
{
    /// <summary>More than any reply of ours.</summary>
    private const int BufferLength = 2048;

    private readonly ConcurrentDictionary<ushort, (IPAddress To, TaskCompletionSource<long> Answered)> _pending = new();
    private readonly ushort _identifier = (ushort)RandomNumberGenerator.GetInt32(1, ushort.MaxValue);
    private readonly Lock _lock = new();
    private readonly Socket _socket;
    private readonly TimeProvider _time;
    private readonly bool _isIPv6;
    private Task _reading = Task.CompletedTask;
    private int _sequence;

    /// <param name="socket">A raw ICMP socket; closed with this.</param>
    /// <param name="time">The clock.</param>
    public EchoSocket(Socket socket, TimeProvider time) => (_socket, _time, _isIPv6) = (socket, time, socket.AddressFamily == AddressFamily.InterNetworkV6);

    /// <summary>Opens one where the calling thread is.</summary>
    /// <param name="isIPv6">Family.</param>
    /// <exception cref="SocketException">The process may not (CAP_NET_RAW), or the kernel lacks the family.</exception>
    public static Socket Open(bool isIPv6) => isIPv6
        ? new Socket(AddressFamily.InterNetworkV6, SocketType.Raw, ProtocolType.IcmpV6)
        : new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Icmp);

    /// <summary>Sends a request and waits for its reply.</summary>
    /// <param name="to">Address of the socket's family.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<ProbeResult> AskAsync(IPAddress to, CancellationToken ct)
    {
        var sequence = (ushort)Interlocked.Increment(ref _sequence);
        var answered = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[sequence] = (to, answered);
        try
        {
            Read();
            var sent = _time.GetTimestamp();
            await _socket.SendToAsync(EchoMessage.Request(_isIPv6, _identifier, sequence), SocketFlags.None, new IPEndPoint(to, 0), ct);
            return ProbeResult.Answered(_time.GetElapsedTime(sent, await answered.Task.WaitAsync(ct)));
        }
        catch (SocketException exception)
        {
            return ProbeResult.Failed(ProbeWords.Of(exception));
        }
        finally
        {
            _pending.TryRemove(sequence, out _);
        }
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>A reader that failed is followed by another one, with the next request.</summary>
    private void Read()
    {
        lock (_lock)
        {
            if (_reading.IsCompleted)
                _reading = ReadAsync();
        }
    }

    private async Task ReadAsync()
    {
        var (buffer, any) = (new byte[BufferLength], new IPEndPoint(_isIPv6 ? IPAddress.IPv6Any : IPAddress.Any, 0));
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, any);
                var now = _time.GetTimestamp();
                if (EchoMessage.Sequence(_isIPv6, _identifier, buffer.AsSpan(0, received.ReceivedBytes)) is { } sequence
                    && _pending.TryGetValue(sequence, out var asked) && asked.To.Equals(((IPEndPoint)received.RemoteEndPoint).Address))
                    asked.Answered.TrySetResult(now);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Closed, or what is awaited now runs into its timeout.
        }
    }
}
