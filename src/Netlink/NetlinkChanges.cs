using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Cilium.Framework.Netlink.Messages;
using Cilium.Framework.Netlink.Native;

namespace Cilium.Framework.Netlink;

/// <summary>Tells of changes to the devices, addresses and routes of one network namespace, whoever makes them.</summary>
/// <remarks>
/// Everything from <see cref="Open()"/> on is told: who opens first, lists then, and reads last misses nothing. Routes that the kernel drops together
/// with their device or address are not told on their own (IPv4; IPv6 mostly is): a change of a link or an address may have taken routes along.
/// One reader at a time.
/// </remarks>
public sealed class NetlinkChanges : IDisposable
{
    /// <summary>RTMGRP_* of linux/rtnetlink.h: link; IPv4 and IPv6 address; IPv4 and IPv6 route.</summary>
    private const uint Groups = 0x1 | 0x10 | 0x100 | 0x40 | 0x400;

    /// <summary>Longer than any one message of the kernel.</summary>
    private const int MessageSize = 64 * 1024;

    /// <summary>Asked of the kernel for changes that nobody has read yet: some thousand. Own choice.</summary>
    private const int QueueSize = 1024 * 1024;

    private const byte BridgeFamily = 7;
    private static readonly NetlinkChange Resync = new() { Kind = NetlinkChangeKind.Resync };
    private readonly Socket _socket;
    private volatile bool _isDisposed;

    private NetlinkChanges(Socket socket) => _socket = socket;

    /// <summary>Of the namespace that the calling thread is in. The result stays there, whichever thread uses it.</summary>
    /// <exception cref="NetlinkException">The kernel refused the socket.</exception>
    public static unsafe NetlinkChanges Open()
    {
        using var descriptor = NetlinkDescriptor.Open(Libc.SocketRawCloseOnExec | Libc.SocketNonBlocking, Groups);
        // Without the right to exceed the machine's limit the queue stays as it is: it overflows earlier.
        var size = QueueSize;
        _ = Libc.SetSocketOption(descriptor.Value, Libc.SolSocket, Libc.OptionReceiveBufferForce, &size, sizeof(int));
        return new NetlinkChanges(new Socket(new SafeSocketHandle(descriptor.Release(), ownsHandle: true)) { Blocking = false });
    }

    /// <summary>Of another namespace.</summary>
    /// <param name="networkNamespace">The namespace.</param>
    /// <exception cref="NetlinkException">The namespace cannot be entered, or the kernel refused the socket.</exception>
    public static NetlinkChanges Open(NetworkNamespace networkNamespace)
    {
        ArgumentNullException.ThrowIfNull(networkNamespace);
        return networkNamespace.Run(Open);
    }

    /// <summary>The changes, in the kernel's order, as they come. Ends when this is disposed.</summary>
    /// <param name="ct">Ends it with <see cref="OperationCanceledException"/>; it may be read again afterwards.</param>
    public async IAsyncEnumerable<NetlinkChange> ReadAllAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var buffer = new byte[MessageSize];
        while (await ReceiveAsync(buffer, ct) is { } changes)
        {
            foreach (var change in changes)
                yield return change;
        }
    }

    /// <summary>Ends whoever reads.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _socket.Dispose();
    }

    /// <summary>The changes of one datagram; null: disposed.</summary>
    private async ValueTask<IReadOnlyList<NetlinkChange>?> ReceiveAsync(byte[] buffer, CancellationToken ct)
    {
        try
        {
            var length = await _socket.ReceiveAsync(buffer, SocketFlags.None, ct);
            return Read(buffer.AsSpan(0, length));
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.NoBufferSpaceAvailable && !_isDisposed)
        {
            return Empty(buffer) ? [Resync] : null;
        }
        catch (Exception exception) when (_isDisposed && exception is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Throws away what waits. After an overflow the kernel keeps nothing more, and says nothing more, until the queue has been empty once: who lists before that would miss what changes then.</summary>
    /// <returns>False: disposed meanwhile.</returns>
    private bool Empty(byte[] buffer)
    {
        try
        {
            while (true)
            {
                _socket.Receive(buffer, 0, buffer.Length, SocketFlags.None, out var error);
                if (error == SocketError.WouldBlock)
                    return true;
                if (error is not (SocketError.Success or SocketError.NoBufferSpaceAvailable))
                    throw new SocketException((int)error);
            }
        }
        catch (Exception exception) when (_isDisposed && exception is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    private static List<NetlinkChange> Read(ReadOnlySpan<byte> datagram)
    {
        var changes = new List<NetlinkChange>();
        var messages = new MessageReader(datagram);
        while (messages.Next())
        {
            var removed = messages.Type is MessageType.DelLink or MessageType.DelAddress or MessageType.DelRoute;
            switch (messages.Type)
            {
                // A port that leaves its bridge is told as a deletion of the bridges' family; the device stays.
                case MessageType.NewLink or MessageType.DelLink when messages.Payload[0] != BridgeFamily:
                    changes.Add(new NetlinkChange { Kind = NetlinkChangeKind.Link, IsRemoved = removed, Link = RouteNetlink.ReadLink(messages.Payload) });
                    break;
                case MessageType.NewAddress or MessageType.DelAddress:
                    changes.Add(new NetlinkChange { Kind = NetlinkChangeKind.Address, IsRemoved = removed, Address = RouteNetlink.ReadAddress(messages.Payload) });
                    break;
                case MessageType.NewRoute or MessageType.DelRoute:
                    changes.Add(new NetlinkChange { Kind = NetlinkChangeKind.Route, IsRemoved = removed, Route = RouteNetlink.ReadRoute(messages.Payload) });
                    break;
            }
        }

        return changes;
    }
}
