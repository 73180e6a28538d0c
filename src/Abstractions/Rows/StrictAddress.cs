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
    private const int Octets = 4, MaxOctetDigits = 3;

    /// <param name="text">Four decimal octets without leading zeros; or groups of IPv6, the last two perhaps as such octets.</param>
    /// <param name="address">As written: an IPv4-mapped address stays one.</param>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        return (text.Contains(':') ? IsIPv6(text) : IsIPv4(text)) && IPAddress.TryParse(text, out address);
    }

    /// <summary>A decimal number without a leading zero.</summary>
    public static bool TryParseNumber(ReadOnlySpan<char> text, int maxDigits, out int number)
    {
        number = 0;
        return text.Length <= maxDigits && (text.Length == 1 || !text.StartsWith("0")) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    private static bool IsIPv4(ReadOnlySpan<char> text)
    {
        var octets = 0;
        foreach (var range in text.Split('.'))
        {
            if (++octets > Octets || !TryParseNumber(text[range], MaxOctetDigits, out var octet) || octet > byte.MaxValue)
                return false;
        }

        return octets == Octets;
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

        return octets.IsEmpty || IsIPv4(octets);
    }
}
