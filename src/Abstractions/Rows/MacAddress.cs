using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Cilium.Framework.Rows;

/// <summary>A 48-bit Ethernet address.</summary>
/// <param name="Value">The address, first octet in bits 40-47.</param>
public readonly record struct MacAddress(ulong Value)
{
    /// <summary>From six octets in transmission order.</summary>
    /// <param name="octets">Exactly six octets.</param>
    public static MacAddress FromBytes(ReadOnlySpan<byte> octets)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(octets.Length, 6);
        ulong value = 0;
        foreach (var octet in octets)
            value = (value << 8) | octet;
        return new(value);
    }

    /// <summary>Writes the six octets in transmission order.</summary>
    /// <param name="destination">At least six octets.</param>
    public void CopyTo(Span<byte> destination)
    {
        for (var i = 0; i < 6; i++)
            destination[i] = (byte)(Value >> (40 - (8 * i)));
    }

    /// <summary>Reads six hexadecimal octets joined by colons.</summary>
    /// <param name="text">Such as <c>0a:58:0a:00:00:01</c>.</param>
    /// <param name="address">The address, when the text is one.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out MacAddress address)
    {
        address = default;
        var parts = text?.Split(':');
        if (parts is not { Length: 6 })
            return false;
        ulong value = 0;
        foreach (var part in parts)
        {
            if (part.Length is < 1 or > 2 || !byte.TryParse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet))
                return false;
            value = (value << 8) | octet;
        }

        address = new(value);
        return true;
    }

    /// <summary>Six lower-case hexadecimal octets joined by colons.</summary>
    public override string ToString()
    {
        Span<byte> octets = stackalloc byte[6];
        CopyTo(octets);
        return string.Create(CultureInfo.InvariantCulture, $"{octets[0]:x2}:{octets[1]:x2}:{octets[2]:x2}:{octets[3]:x2}:{octets[4]:x2}:{octets[5]:x2}");
    }
}
