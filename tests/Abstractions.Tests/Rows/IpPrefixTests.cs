using System.Net;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Abstractions.Tests.Rows;

public class IpPrefixTests
{
    [Theory]
    [InlineData("10.0.0.0/8", "10.0.0.0/8")]
    [InlineData("10.1.2.3/8", "10.0.0.0/8")]
    [InlineData("192.0.2.1", "192.0.2.1/32")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("255.255.255.255", "255.255.255.255/32")]
    [InlineData("fd00::/64", "fd00::/64")]
    [InlineData("FD00:0:0:0:0:0:0:1", "fd00::1/128")]
    [InlineData("::/0", "::/0")]
    [InlineData("64:ff9b::192.0.2.1/96", "64:ff9b::/96")]
    [InlineData("::ffff:10.0.0.7", "10.0.0.7/32")]
    [InlineData("::ffff:10.0.0.0/104", "10.0.0.0/8")]
    [InlineData("::ffff:a00:0/128", "10.0.0.0/32")]
    public void A_prefix_is_read_in_its_canonical_form(string text, string expected)
    {
        Assert.True(IpPrefix.TryParse(text, out var prefix));
        Assert.Equal(expected, prefix.ToString());
    }

    [Theory]
    [InlineData("010.0.0.0/8")]
    [InlineData("10.0.0.077")]
    [InlineData("10.00.0.1")]
    [InlineData("0xa.0.0.0/8")]
    [InlineData("10.1")]
    [InlineData("10")]
    [InlineData("10.0.0.256")]
    [InlineData("10.0.0.1.2")]
    [InlineData("10.0.0.")]
    [InlineData("10.0.0.-1")]
    [InlineData("10.0.0.1 ")]
    [InlineData(" 10.0.0.1")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/08")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/+8")]
    [InlineData("10.0.0.0/8/8")]
    [InlineData("10.0.0.0/255.0.0.0")]
    [InlineData("[fd00::1]")]
    [InlineData("[fd00::1]:80/64")]
    [InlineData("fe80::1%eth0")]
    [InlineData("fe80::1%1/64")]
    [InlineData("fd00::/129")]
    [InlineData("fd00::00001")]
    [InlineData("fd00::1::2")]
    [InlineData("::ffff:010.0.0.1")]
    [InlineData("::ffff:10.0.0.0/8")]
    [InlineData("::ffff:10.0.0.0/95")]
    [InlineData("::10.0.0.0x7")]
    [InlineData("fd00:")]
    [InlineData("")]
    [InlineData(null)]
    public void What_two_readers_could_read_differently_is_refused(string? text)
    {
        Assert.False(IpPrefix.TryParse(text, out _));
        Assert.False(IpPrefix.TryParseAddress(text, out _));
    }

    [Fact]
    public void An_address_has_no_length()
    {
        Assert.True(IpPrefix.TryParseAddress("::ffff:10.0.0.7", out var address));
        Assert.Equal(IPAddress.Parse("10.0.0.7"), address);
        Assert.False(IpPrefix.TryParseAddress("10.0.0.7/32", out _));
    }

    [Fact]
    public void A_refusal_shows_the_beginning_of_the_text() =>
        Assert.StartsWith("\"" + new string('1', 60) + "... (1000000 characters)\" is not an address or prefix.", Assert.Throws<FormatException>(() => IpPrefix.Parse(new string('1', 1_000_000))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("10.0.0.0/8", 24, 0, "10.0.0.0/24")]
    [InlineData("10.0.0.0/8", 24, 65535, "10.255.255.0/24")]
    [InlineData("0.0.0.0/0", 0, 0, "0.0.0.0/0")]
    [InlineData("192.0.2.7/32", 32, 0, "192.0.2.7/32")]
    [InlineData("fd00::/104", 120, 255, "fd00::ff00/120")]
    [InlineData("::/0", 128, 1, "::1/128")]
    public void A_longer_prefix_inside_is_found_by_its_number(string prefix, int length, int number, string expected) =>
        Assert.Equal(expected, IpPrefix.Parse(prefix).Subnet(length, (UInt128)number).ToString());

    [Fact]
    public void There_are_no_longer_prefixes_beyond_the_last_and_no_shorter_ones()
    {
        var prefix = IpPrefix.Parse("10.0.0.0/8");
        Assert.Contains("10.0.0.0/8 has 2^16 prefixes of length 24.", Assert.Throws<ArgumentOutOfRangeException>(() => prefix.Subnet(24, 65536)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => prefix.Subnet(7, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => prefix.Subnet(33, 0));
    }
}
