using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Cilium.Framework.Netlink.Messages;

/// <summary>Builds one netlink request: header, fixed part, attributes (each padded to four bytes).</summary>
internal sealed class MessageWriter
{
    public const int HeaderSize = 16;

    private byte[] _buffer = new byte[512];
    private int _length = HeaderSize;

    public MessageWriter(MessageType type, MessageFlags flags)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(4), (ushort)type);
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(6), (ushort)(flags | MessageFlags.Request));
    }

    public MessageWriter RequestAcknowledgement()
    {
        _buffer[6] |= (byte)MessageFlags.Acknowledge;
        return this;
    }

    /// <summary>The fixed part behind the header.</summary>
    public MessageWriter Fixed<T>(in T value)
        where T : unmanaged
    {
        MemoryMarshal.Write(Grow(Marshal.SizeOf<T>()), in value);
        return this;
    }

    public MessageWriter Attribute(int type, ReadOnlySpan<byte> value)
    {
        var start = _length;
        var destination = Grow(4 + value.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(destination[2..], (ushort)type);
        value.CopyTo(destination[4..]);
        _length = start + Align(4 + value.Length);
        return this;
    }

    public MessageWriter Attribute(int type, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return Attribute(type, bytes);
    }

    public MessageWriter Attribute(int type, byte value) => Attribute(type, [value]);

    /// <summary>A port, which the kernel wants in network order.</summary>
    public MessageWriter Port(int type, int port) => Attribute(type, [(byte)(port >> 8), (byte)port]);

    public MessageWriter Attribute(int type, string text) => Attribute(type, Encoding.UTF8.GetBytes(text + '\0'));

    public MessageWriter Attribute(int type, IPAddress address) => Attribute(type, address.GetAddressBytes());

    /// <summary>An attribute that holds what <paramref name="content"/> writes.</summary>
    public MessageWriter Nested(int type, Action<MessageWriter> content)
    {
        var start = _length;
        Grow(4);
        content(this);
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(start), (ushort)(_length - start));
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(start + 2), (ushort)type);
        return this;
    }

    /// <summary>The finished request.</summary>
    /// <param name="sequence">Comes back in every answer.</param>
    public ReadOnlySpan<byte> Finish(uint sequence)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer, (uint)_length);
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(8), sequence);
        return _buffer.AsSpan(0, _length);
    }

    public static int Align(int length) => (length + 3) & ~3;

    private Span<byte> Grow(int length)
    {
        while (_length + Align(length) > _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
        var destination = _buffer.AsSpan(_length, length);
        _length += Align(length);
        return destination;
    }
}
