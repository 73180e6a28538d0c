using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Wire;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.Tests.Wire;

public sealed class NlriCodecTests
{
    [Theory]
    [InlineData("10.1.0.0/24", "180A0100")]
    [InlineData("0.0.0.0/0", "00")]
    [InlineData("128.0.0.0/1", "0180")]
    [InlineData("192.0.2.1/32", "20C0000201")]
    [InlineData("fd00:1::/64", "40FD00000100000000")]
    [InlineData("::/0", "00")]
    [InlineData("2001:db8::1/128", "8020010DB8000000000000000000000001")]
    public void A_prefix_is_its_length_and_as_many_bytes_as_that_needs(string prefix, string wire)
    {
        Assert.Equal(wire, Convert.ToHexString(NlriCodec.Encode(IpPrefix.Parse(prefix))));
        Assert.Equal(prefix, Decode(wire, IpPrefix.Parse(prefix).Family));
    }

    [Theory]
    [InlineData("255.255.255.255", 32)]
    [InlineData("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 128)]
    public void Every_length_survives_the_way_there_and_back(string address, int longest) => Assert.All(
        Enumerable.Range(0, longest + 1).Select(length => new IpPrefix(IPAddress.Parse(address), length)),
        prefix => Assert.Equal(prefix.ToString(), Decode(Convert.ToHexString(NlriCodec.Encode(prefix)), prefix.Family)));

    [Fact]
    public void Bits_beyond_the_length_are_dropped() => Assert.Equal("10.128.0.0/9", Decode("090AFF", AddressFamily.InterNetwork));

    [Theory]
    [InlineData(AddressFamily.InterNetwork, "")]
    [InlineData(AddressFamily.InterNetwork, "18")]
    [InlineData(AddressFamily.InterNetwork, "180A01")]
    [InlineData(AddressFamily.InterNetwork, "180A010000")]
    [InlineData(AddressFamily.InterNetwork, "210A01000000")]
    [InlineData(AddressFamily.InterNetwork, "FF")]
    [InlineData(AddressFamily.InterNetworkV6, "40FD000001")]
    [InlineData(AddressFamily.InterNetworkV6, "8120010DB800000000000000000000000100")]
    [InlineData(AddressFamily.InterNetworkV6, "6000000000000000000000FFFF")]
    public void Damaged_bytes_are_no_prefix(AddressFamily family, string wire) => Assert.Equal("none", Decode(wire, family));

    [Fact]
    public void No_bytes_crash_the_reader()
    {
        var random = new Random(20);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(20)];
            random.NextBytes(bytes);
            NlriCodec.TryDecode(bytes, i % 2 == 0 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6, out _);
        }
    }

    private static string Decode(string wire, AddressFamily family) => NlriCodec.TryDecode(Convert.FromHexString(wire), family, out var prefix) ? prefix.ToString() : "none";
}
