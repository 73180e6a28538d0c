using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cilium.Framework.Netlink.Messages;
using Cilium.Framework.Netlink.Native;

namespace Cilium.Framework.Netlink;

/// <summary>One request at a time to the kernel's routing tables. Stays in the network namespace of the thread that opened it, whichever thread uses it.</summary>
internal sealed class NetlinkSocket : IDisposable
{
    private const int ReceiveSize = 64 * 1024;
    private const int ExtAckMessage = 1;
    private readonly SafeDescriptor _descriptor;
    private readonly Lock _lock = new();
    private uint _sequence;

    public NetlinkSocket()
        : this(NetlinkDescriptor.Open(Libc.SocketRawCloseOnExec, groups: 0))
    {
    }

    /// <param name="descriptor">A bound socket, owned from now on.</param>
    public NetlinkSocket(SafeDescriptor descriptor)
    {
        _descriptor = descriptor;
        SetOption(Libc.OptionCapAck);
        SetOption(Libc.OptionExtAck);
        SetOption(Libc.OptionStrictCheck);
    }

    public delegate void MessageHandler(MessageType type, ReadOnlySpan<byte> payload);

    /// <summary>Sends a change and waits for the kernel's word.</summary>
    /// <exception cref="NetlinkException">Refused; the text starts with <paramref name="what"/>.</exception>
    public void Change(MessageWriter request, string what)
    {
        lock (_lock)
        {
            Send(request.Finish(++_sequence), what);
            Receive(_sequence, what, static (_, _) => { });
        }
    }

    /// <summary>Sends a query and hands every answer on. A dump that a change interrupted is asked for again.</summary>
    /// <param name="restart">Called before each further attempt: forget what was handed on.</param>
    public void Dump(MessageWriter request, string what, Action restart, MessageHandler handler)
    {
        lock (_lock)
        {
            while (true)
            {
                Send(request.Finish(++_sequence), what);
                if (Receive(_sequence, what, handler))
                    return;
                restart();
            }
        }
    }

    /// <summary>Sends a query for one object; the answer is handed on before the kernel's acknowledgement.</summary>
    public void Query(MessageWriter request, string what, MessageHandler handler)
    {
        lock (_lock)
        {
            Send(request.RequestAcknowledgement().Finish(++_sequence), what);
            Receive(_sequence, what, handler);
        }
    }

    /// <summary>Another descriptor of this socket, which is not closed when another program is executed.</summary>
    public int Duplicate() => Libc.Check(Libc.Duplicate(_descriptor.Value), "duplicate a netlink socket");

    public void Dispose() => _descriptor.Dispose();

    private unsafe void SetOption(int option)
    {
        var on = 1;
        Libc.Check(Libc.SetSocketOption(_descriptor.Value, Libc.SolNetlink, option, &on, sizeof(int)), "set up a netlink socket");
    }

    private unsafe void Send(ReadOnlySpan<byte> message, string what)
    {
        fixed (byte* bytes = message)
            Libc.Check((int)Libc.Send(_descriptor.Value, bytes, message.Length, 0), what);
    }

    /// <returns>False when the answer was interrupted by a change and has to be asked for again.</returns>
    [SkipLocalsInit]
    private bool Receive(uint sequence, string what, MessageHandler handler)
    {
        // Most sockets live for one request: a buffer of each would be most of what an attach allocates.
        Span<byte> buffer = stackalloc byte[ReceiveSize];
        var complete = true;
        while (true)
        {
            var messages = new MessageReader(ReceiveDatagram(what, buffer));
            while (messages.Next())
            {
                if (messages.Sequence != sequence)
                    continue;
                complete &= (messages.Flags & MessageFlags.DumpInterrupted) == 0;
                if (messages.Type is MessageType.Error or MessageType.Done)
                {
                    ThrowOnError(messages.Type, messages.Payload, what);
                    return complete;
                }

                handler(messages.Type, messages.Payload);
            }
        }
    }

    private unsafe ReadOnlySpan<byte> ReceiveDatagram(string what, Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            while (true)
            {
                var length = (int)Libc.Receive(_descriptor.Value, bytes, ReceiveSize, Libc.MessageTruncate);
                if (length < 0 && Marshal.GetLastPInvokeError() == Libc.Eintr)
                    continue;
                Libc.Check(length, what);
                if (length > ReceiveSize)
                    throw new NetlinkException(Libc.Enobufs, $"{what}: the kernel's answer has {length} bytes, more than {ReceiveSize}");
                return buffer[..length];
            }
        }
    }

    private static void ThrowOnError(MessageType type, ReadOnlySpan<byte> payload, string what)
    {
        var errno = payload.Length >= 4 ? -BinaryPrimitives.ReadInt32LittleEndian(payload) : 0;
        if (errno == 0)
            return;
        // With capped acknowledgements (NETLINK_CAP_ACK) the explanation follows the error number and the header of the request; the end of a dump has no such header.
        var start = type == MessageType.Error ? 4 + MessageWriter.HeaderSize : 4;
        var said = "";
        if (payload.Length > start)
        {
            var attributes = new AttributeReader(payload[start..]);
            while (attributes.Next())
            {
                if (attributes.Type == ExtAckMessage)
                    said = $" ({attributes.Text})";
            }
        }

        throw new NetlinkException(errno, $"{what}: {Marshal.GetPInvokeErrorMessage(errno)}{said}");
    }
}
