using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Rows;

/// <summary>An IPv4 or IPv6 prefix. Canonical: bits beyond the length are zero. IPv4-mapped IPv6 addresses become IPv4.</summary>
public readonly record struct IpPrefix : IComparable<IpPrefix>
{
    /// <summary>Bits in front of the IPv4 address in an IPv4-mapped one.</summary>
    private const int MappedLength = 96;

    private const int MaxLengthDigits = 3;

    private readonly UInt128 _bits;
    private readonly byte _length;
    private readonly bool _isIPv6;

    private IpPrefix(UInt128 bits, byte length, bool isIPv6) => (_bits, _length, _isIPv6) = (bits, length, isIPv6);

    /// <summary>The prefix of a length that holds an address; bits beyond the length are dropped.</summary>
    /// <param name="address">IPv4 or IPv6.</param>
    /// <param name="length">0..32 for IPv4, 0..128 for IPv6.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length does not fit the family.</exception>
    public IpPrefix(IPAddress address, int length)
    {
        ArgumentNullException.ThrowIfNull(address);
        var unmapped = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        _isIPv6 = unmapped.AddressFamily == AddressFamily.InterNetworkV6;
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _isIPv6 ? 128 : 32);
        _length = (byte)length;
        _bits = ToBits(unmapped) & Mask(length, _isIPv6);
    }

    /// <summary>The prefix that holds one address only: /32 or /128.</summary>
    /// <param name="address">IPv4 or IPv6.</param>
    public static IpPrefix Host(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return new(address, address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6 ? 128 : 32);
    }

    /// <summary>First address.</summary>
    public IPAddress Address => FromBits(_bits, _isIPv6);

    /// <summary>The last address alone: /32 or /128.</summary>
    public IpPrefix Last => new(_bits | (Mask(_isIPv6 ? 128 : 32, _isIPv6) & ~Mask(_length, _isIPv6)), (byte)(_isIPv6 ? 128 : 32), _isIPv6);

    /// <summary>Number of leading bits that are fixed.</summary>
    public int Length => _length;

    /// <summary>Family of the addresses.</summary>
    public AddressFamily Family => _isIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;

    /// <summary>True for IPv6.</summary>
    public bool IsIPv6 => _isIPv6;

    /// <summary>True when it holds one address only.</summary>
    public bool IsHost => _length == (_isIPv6 ? 128 : 32);

    /// <summary>True when every address of <paramref name="other"/> lies inside; a prefix contains itself; never across families.</summary>
    /// <param name="other">The prefix that may lie inside.</param>
    public bool Contains(IpPrefix other) =>
        _isIPv6 == other._isIPv6 && other._length >= _length && (other._bits & Mask(_length, _isIPv6)) == _bits;

    /// <summary>True when the address lies inside.</summary>
    /// <param name="address">IPv4 or IPv6.</param>
    public bool Contains(IPAddress address) => Contains(Host(address));

    /// <summary>The shorter prefix around this one.</summary>
    /// <param name="length">0..<see cref="Length"/>.</param>
    public IpPrefix Shortened(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _length);
        return new(_bits & Mask(length, _isIPv6), (byte)length, _isIPv6);
    }

    /// <summary>A longer prefix inside this one.</summary>
    /// <param name="length"><see cref="Length"/>..32 for IPv4, ..128 for IPv6.</param>
    /// <param name="number">Which of them in order, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length does not fit, or there are not that many.</exception>
    public IpPrefix Subnet(int length, UInt128 number)
    {
        var width = _isIPv6 ? 128 : 32;
        ArgumentOutOfRangeException.ThrowIfLessThan(length, _length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, width);
        var inside = length - _length;
        if (inside < 128 && number >> inside != UInt128.Zero)
            throw new ArgumentOutOfRangeException(nameof(number), number, $"{this} has 2^{inside} prefixes of length {length}.");
        // A shift by the whole width would be one by nothing.
        return new(_bits | (length == 0 ? UInt128.Zero : number << (width - length)), (byte)length, _isIPv6);
    }

    /// <summary>Reads <c>10.0.0.0/8</c>, <c>fd00::/64</c> or a bare address (then /32 or /128). Host bits are dropped.</summary>
    /// <remarks>
    /// One spelling only: four decimal octets without leading zeros, no brackets, no zone, a decimal length without leading zeros. An IPv4-mapped prefix
    /// (<c>::ffff:10.0.0.0/104</c>) is the IPv4 prefix that it maps; with a length below 96 it would reach beyond IPv4 and is refused.
    /// </remarks>
    /// <param name="text">The text.</param>
    /// <param name="prefix">The prefix, when the text is one.</param>
    /// <returns>False when the text is not an address with an optional decimal length that fits the family.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out IpPrefix prefix)
    {
        prefix = default;
        return text is not null && TryParse(text.AsSpan(), out prefix);
    }

    /// <inheritdoc cref="TryParse(string, out IpPrefix)" />
    public static bool TryParse(ReadOnlySpan<char> text, out IpPrefix prefix)
    {
        var slash = text.IndexOf('/');
        if (!TryParseHost(slash < 0 ? text : text[..slash], out prefix, out var mapped))
            return false;
        if (slash < 0)
            return true;
        if (!StrictAddress.TryParseNumber(text[(slash + 1)..], MaxLengthDigits, out var length) || length < mapped || length - mapped > prefix.Length)
            return false;
        prefix = prefix.Shortened(length - mapped);
        return true;
    }

    /// <summary>Reads a bare address as strictly as <see cref="TryParse(string, out IpPrefix)"/>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="address">The address, when the text is one; an IPv4-mapped one becomes IPv4.</param>
    /// <returns>False when the text is not an address, or a prefix with a length.</returns>
    public static bool TryParseAddress([NotNullWhen(true)] string? text, [NotNullWhen(true)] out IPAddress? address)
    {
        var isAddress = TryParse(text, out var prefix) && !text.Contains('/', StringComparison.Ordinal);
        address = isAddress ? prefix.Address : null;
        return isAddress;
    }

    /// <summary>Reads what <see cref="TryParse(string, out IpPrefix)"/> reads.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">The text is not a prefix or an address.</exception>
    public static IpPrefix Parse(string text) => TryParse(text, out var prefix)
        ? prefix
        : throw new FormatException($"\"{Excerpt.Of(text)}\" is not an address or prefix. Accepted: 10.0.0.0/8, fd00::/64, 192.0.2.1.");

    /// <summary>The bits, leading bit first: an IPv4 prefix uses the lower 32.</summary>
    public UInt128 Bits => _bits;

    /// <summary>IPv4 before IPv6, then by address, then shorter first.</summary>
    /// <param name="other">The other prefix.</param>
    public int CompareTo(IpPrefix other)
    {
        var byFamily = _isIPv6.CompareTo(other._isIPv6);
        if (byFamily != 0)
            return byFamily;
        var byBits = _bits.CompareTo(other._bits);
        return byBits != 0 ? byBits : _length.CompareTo(other._length);
    }

    /// <summary>Address and length, such as <c>10.0.0.0/8</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Address}/{_length}");

    /// <param name="text">An address.</param>
    /// <param name="host">What holds it alone.</param>
    /// <param name="mapped">Bits in front of an IPv4-mapped one.</param>
    private static bool TryParseHost(ReadOnlySpan<char> text, out IpPrefix host, out int mapped)
    {
        (host, mapped) = (default, 0);
        if (!text.Contains(':'))
        {
            var isAddress = StrictAddress.TryParseIPv4(text, out var bits);
            host = new(bits, 32, isIPv6: false);
            return isAddress;
        }

        if (!StrictAddress.TryParseIPv6(text, out var address))
            return false;
        host = Host(address);
        mapped = address.IsIPv4MappedToIPv6 ? MappedLength : 0;
        return true;
    }

    private static UInt128 Mask(int length, bool isIPv6)
    {
        var width = isIPv6 ? 128 : 32;
        if (length == 0)
            return UInt128.Zero;
        var ones = isIPv6 ? UInt128.MaxValue : uint.MaxValue;
        return (ones << (width - length)) & ones;
    }

    private static UInt128 ToBits(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var written);
        return written == 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private static IPAddress FromBits(UInt128 bits, bool isIPv6)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, bits);
        return new IPAddress(isIPv6 ? bytes : bytes[12..]);
    }
}
