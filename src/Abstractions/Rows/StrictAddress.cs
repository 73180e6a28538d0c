using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Cilium.Framework.Rows;

/// <summary>Reads addresses in the one spelling that everybody reads alike.</summary>
/// <remarks>
/// <see cref="IPAddress"/> also reads "10.1", octal and hexadecimal octets, brackets with a port, and zones: <c>010.0.0.1</c> is 8.0.0.1 to one reader and
/// 10.0.0.1 to the next, and a rule would open another network than its author meant.
/// </remarks>
internal static class StrictAddress
{
    private const int Octets = 4, OctetBits = 8, MaxOctetDigits = 3;

    /// <param name="text">Groups of IPv6, the last two perhaps as four decimal octets.</param>
    /// <param name="address">As written: an IPv4-mapped address stays one.</param>
    public static bool TryParseIPv6(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        return IsIPv6(text) && IPAddress.TryParse(text, out address);
    }

    /// <param name="text">Four decimal octets without leading zeros.</param>
    /// <param name="bits">The address, leading bit first.</param>
    public static bool TryParseIPv4(ReadOnlySpan<char> text, out uint bits)
    {
        (var octets, bits) = (0, 0);
        foreach (var range in text.Split('.'))
        {
            if (++octets > Octets || !TryParseNumber(text[range], MaxOctetDigits, out var octet) || octet > byte.MaxValue)
                return false;
            bits = (bits << OctetBits) | (uint)octet;
        }

        return octets == Octets;
    }

    /// <summary>A decimal number without a leading zero.</summary>
    public static bool TryParseNumber(ReadOnlySpan<char> text, int maxDigits, out int number)
    {
        number = 0;
        return text.Length <= maxDigits && (text.Length == 1 || !text.StartsWith("0")) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Only what cannot be misread goes on to the reader of .NET, which knows the rest of the grammar.</summary>
    private static bool IsIPv6(ReadOnlySpan<char> text)
    {
        var groups = text.Contains('.') ? text[..(text.LastIndexOf(':') + 1)] : text;
        var octets = text[groups.Length..];
        foreach (var c in groups)
        {
            if (c != ':' && !char.IsAsciiHexDigit(c))
                return false;
        }

        return octets.IsEmpty || TryParseIPv4(octets, out _);
    }
}
