using System.Buffers.Binary;

namespace Cilium.Framework.Netlink.Messages;

/// <summary>Walks the messages of a datagram. Stops at the first one that is cut short.</summary>
internal ref struct MessageReader(ReadOnlySpan<byte> rest)
{
    private ReadOnlySpan<byte> _rest = rest;

    public MessageType Type { get; private set; }

    public MessageFlags Flags { get; private set; }

    public uint Sequence { get; private set; }

    public ReadOnlySpan<byte> Payload { get; private set; }

    public bool Next()
    {
        if (_rest.Length < MessageWriter.HeaderSize)
            return false;
        var length = BinaryPrimitives.ReadInt32LittleEndian(_rest);
        if (length < MessageWriter.HeaderSize || length > _rest.Length)
            return false;
        Type = (MessageType)BinaryPrimitives.ReadUInt16LittleEndian(_rest[4..]);
        Flags = (MessageFlags)BinaryPrimitives.ReadUInt16LittleEndian(_rest[6..]);
        Sequence = BinaryPrimitives.ReadUInt32LittleEndian(_rest[8..]);
        Payload = _rest[MessageWriter.HeaderSize..length];
        _rest = _rest[Math.Min(MessageWriter.Align(length), _rest.Length)..];
        return true;
    }
}
