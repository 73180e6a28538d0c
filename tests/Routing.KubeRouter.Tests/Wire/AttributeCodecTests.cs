using System.Net;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Wire;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.Tests.Wire;

public sealed class AttributeCodecTests
{
    [Theory]
    [InlineData("10.1.0.0/24", "192.0.2.11", "40010100 400304C000020B")]
    [InlineData("fd00:1::/64", "2001:db8::11", "40010100 800E1E0002011020010DB800000000000000000000001100" + "40FD00000100000000")]
    public void A_route_that_begins_here_has_origin_and_next_hop(string prefix, string nextHop, string wire)
    {
        var attributes = AttributeCodec.Encode(IpPrefix.Parse(prefix), IPAddress.Parse(nextHop)).Select(Convert.ToHexString).ToArray();
        Assert.Equal(wire, string.Join(' ', attributes));
        Assert.Equal($"Igp  {nextHop}", Decode(attributes));
    }

    [Theory]
    [InlineData("400200", "")]
    [InlineData("4002060201" + "0000FDE8", "65000")]
    [InlineData("40020A0202" + "0000FDE8" + "0001E240", "65000 123456")]
    [InlineData("4002040201" + "FDE8", "65000")]
    [InlineData("4002060202" + "FDE8" + "FDE9", "65000 65001")]
    [InlineData("4002100201" + "0000FDE8" + "0102" + "00000001" + "00000002", "65000 {1,2}")]
    [InlineData("4002060301" + "00000007", "(7)")]
    [InlineData("40020A0402" + "00000007" + "00000008", "[7,8]")]
    [InlineData("500200060201" + "0000FDE8", "65000")]
    public void A_path_is_read_with_numbers_of_four_bytes_and_of_two(string wire, string path) => Assert.Equal($" {path} ", Decode(wire));

    [Theory]
    [InlineData("40010102", "Incomplete  ")]
    [InlineData("400304C000020B", "  192.0.2.11")]
    [InlineData("800E0D00010104C000020B00180A0100", "  192.0.2.11")]
    [InlineData("800E2500020120" + "20010DB8000000000000000000000011" + "FE800000000000000000000000000001" + "00", "  2001:db8::11")]
    [InlineData("C0080400640001", "  ")]
    public void What_is_used_is_read_and_the_rest_is_passed_over(string wire, string expected) => Assert.Equal(expected, Decode(wire));

    [Theory]
    [InlineData("C0200C" + "FA572D45" + "000000A1" + "00000001", false)]
    [InlineData("C02018" + "00000001" + "00000002" + "00000003" + "OURS", true)]
    [InlineData("C0200B" + "FA572D45" + "000000A1" + "000000", false)]
    [InlineData("C02000", false)]
    public void The_mark_is_found_among_others(string wire, bool isMarked)
    {
        var ours = Convert.ToHexString(AttributeCodec.Mark())[6..];
        var known = default(PathAttributes);
        Assert.True(AttributeCodec.TryDecode(Convert.FromHexString(wire.Replace("OURS", ours, StringComparison.Ordinal)), ref known));
        Assert.Equal(isMarked, known.HasMark);
    }

    [Fact]
    public void The_mark_is_a_large_community()
    {
        var known = default(PathAttributes);
        Assert.Equal("C0200C" + "FA572D46" + "000000A1" + "00000001", Convert.ToHexString(AttributeCodec.Mark()));
        Assert.True(AttributeCodec.TryDecode(AttributeCodec.Mark(), ref known));
        Assert.True(known.HasMark);
    }

    [Theory]
    [InlineData("")]
    [InlineData("4001")]
    [InlineData("5001")]
    [InlineData("50010001")]
    [InlineData("40010203")]
    [InlineData("400100")]
    [InlineData("40010103")]
    [InlineData("4001020000")]
    [InlineData("400303C00002")]
    [InlineData("400305C000020B00")]
    [InlineData("4002060201" + "0000FD")]
    [InlineData("4002020201")]
    [InlineData("4002020200")]
    [InlineData("4002060501" + "0000FDE8")]
    [InlineData("4002060900" + "0000FDE8")]
    [InlineData("800E03000201")]
    [InlineData("800E0400020110")]
    [InlineData("800E0900020105C000020B00")]
    [InlineData("400304C000020B00")]
    public void Damaged_bytes_are_no_attribute(string wire) => Assert.Equal("none", Decode(wire));

    [Fact]
    public void No_bytes_crash_the_reader()
    {
        var random = new Random(14);
        byte[] types = [1, 2, 3, 14];
        for (var i = 0; i < 50_000; i++)
        {
            var bytes = new byte[random.Next(40)];
            random.NextBytes(bytes);
            // Half of them get past the header.
            if (i % 2 == 0 && bytes.Length > 3)
                (bytes[0], bytes[1], bytes[2]) = (0x40, types[i / 2 % types.Length], (byte)(bytes.Length - 3));
            var known = default(PathAttributes);
            AttributeCodec.TryDecode(bytes, ref known);
        }
    }

    private static string Decode(params string[] wire)
    {
        var known = default(PathAttributes);
        return wire.All(attribute => AttributeCodec.TryDecode(Convert.FromHexString(attribute), ref known)) ? $"{known.Origin} {known.AsPath} {known.NextHop}" : "none";
    }
}
