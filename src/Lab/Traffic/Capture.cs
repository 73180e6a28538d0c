using System.Net.Sockets;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab.Traffic;

/// <summary>Every frame that a namespace sends or gets, from the constructor on. Needs root.</summary>
public sealed class Capture : IAsyncDisposable
{
    /// <summary>ETH_P_ALL of linux/if_ether.h, in network byte order.</summary>
    private const ProtocolType AllProtocols = (ProtocolType)0x0300;

    private readonly CancellationTokenSource _stop = new();
    private readonly List<byte[]> _frames = [];
    private readonly Socket _socket;
    private readonly Task _reading;

    /// <param name="networkNamespace">Where.</param>
    public Capture(NetworkNamespace networkNamespace)
    {
        _socket = Inside.Socket(networkNamespace, AddressFamily.Packet, SocketType.Raw, AllProtocols);
        _reading = ReadAsync();
    }

    /// <summary>Frames so far.</summary>
    public IReadOnlyList<byte[]> Frames
    {
        get
        {
            lock (_frames)
                return [.. _frames];
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[65536];
        try
        {
            while (true)
            {
                var length = await _socket.ReceiveAsync(buffer, _stop.Token);
                lock (_frames)
                    _frames.Add(buffer[..length]);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
