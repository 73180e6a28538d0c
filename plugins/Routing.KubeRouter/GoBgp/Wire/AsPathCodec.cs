using System.Buffers.Binary;
using System.Text;

namespace Cilium.Framework.Routing.KubeRouter.GoBgp.Wire;

/// <summary>Reads the value of AS_PATH: segments of type, count, and numbers of 4 bytes each (RFC 6793), or of 2 from a speaker that knows no others.</summary>
internal static class AsPathCodec
{
    /// <summary>The path as text; null: the bytes are none. Nothing in them tells how long a number is: what fits 4 bytes to the last segment is read so.</summary>
    public static string? Decode(ReadOnlySpan<byte> value) => Decode(value, sizeof(uint)) ?? Decode(value, sizeof(ushort));

    private static string? Decode(ReadOnlySpan<byte> value, int width)
    {
        const int Header = 2;
        var text = new StringBuilder();
        while (!value.IsEmpty)
        {
            if (value.Length < Header || !AsPathText.IsSegment(value[0]) || value[1] == 0 || value.Length < Header + (value[1] * width))
                return null;
            AsPathText.Append(text, value[0], Numbers(value.Slice(Header, value[1] * width), width));
            value = value[(Header + (value[1] * width))..];
        }

        return text.ToString();
    }

    private static uint[] Numbers(ReadOnlySpan<byte> value, int width)
    {
        var numbers = new uint[value.Length / width];
        for (var i = 0; i < numbers.Length; i++)
        {
            var number = value.Slice(i * width, width);
            numbers[i] = width == sizeof(uint) ? BinaryPrimitives.ReadUInt32BigEndian(number) : BinaryPrimitives.ReadUInt16BigEndian(number);
        }

        return numbers;
    }
}
