using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Cilium.Framework.Netlink.Messages;

/// <summary>Walks the attributes of a message. Stops at the first one that is cut short.</summary>
internal ref struct AttributeReader(ReadOnlySpan<byte> rest)
{
    private const ushort TypeMask = 0x3fff;
    private ReadOnlySpan<byte> _rest = rest;

    public int Type { get; private set; }

    public ReadOnlySpan<byte> Value { get; private set; }

    public readonly uint UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(Value);

    public readonly byte Byte => Value[0];

    /// <summary>Present, and not an explicit zero: the kernel has flags of both sorts.</summary>
    public readonly bool IsSet => Value.IsEmpty || Value[0] != 0;

    public readonly int Port => BinaryPrimitives.ReadUInt16BigEndian(Value);

    public readonly string Text => Encoding.UTF8.GetString(Value.TrimEnd((byte)0));

    public readonly IPAddress Address => new(Value);

    public bool Next()
    {
        if (_rest.Length < 4)
            return false;
        var length = BinaryPrimitives.ReadUInt16LittleEndian(_rest);
        if (length < 4 || length > _rest.Length)
            return false;
        Type = BinaryPrimitives.ReadUInt16LittleEndian(_rest[2..]) & TypeMask;
        Value = _rest[4..length];
        _rest = _rest[Math.Min(MessageWriter.Align(length), _rest.Length)..];
        return true;
    }
}
