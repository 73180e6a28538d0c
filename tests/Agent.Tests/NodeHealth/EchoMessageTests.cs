using Cilium.Framework.Agent.NodeHealth;

namespace Cilium.Framework.Agent.Tests.NodeHealth;

public class EchoMessageTests
{
    private const ushort Identifier = 0x1234;

    /// <summary>The kernel makes the reply of the request: another type, the rest as it was.</summary>
    private static byte[] Reply(bool isIPv6, ushort identifier = Identifier)
    {
        var packet = EchoMessage.Request(isIPv6, identifier, 77);
        packet[0] = isIPv6 ? (byte)129 : (byte)0;
        return isIPv6 ? packet : [0x45, .. new byte[19], .. packet];
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_reply_names_its_request(bool isIPv6) => Assert.Equal((ushort)77, EchoMessage.Sequence(isIPv6, Identifier, Reply(isIPv6)));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_reply_to_somebody_else_is_none(bool isIPv6) => Assert.Null(EchoMessage.Sequence(isIPv6, Identifier, Reply(isIPv6, identifier: 1)));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_request_is_no_reply(bool isIPv6)
    {
        var packet = EchoMessage.Request(isIPv6, Identifier, 77);
        Assert.Null(EchoMessage.Sequence(isIPv6, Identifier, isIPv6 ? packet : [0x45, .. new byte[19], .. packet]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_packet_that_is_cut_off_is_no_reply(bool isIPv6)
    {
        var whole = Reply(isIPv6);
        for (var length = 0; length < whole.Length - 14; length++)
            Assert.Null(EchoMessage.Sequence(isIPv6, Identifier, whole.AsSpan(0, length)));
    }

    [Fact]
    public void The_sum_over_a_request_with_its_checksum_is_all_ones()
    {
        var packet = EchoMessage.Request(isIPv6: false, Identifier, 77);
        var sum = 0;
        for (var i = 0; i < packet.Length; i += 2)
            sum += (packet[i] << 8) | packet[i + 1];
        Assert.Equal(0xffff, (sum & 0xffff) + (sum >> 16));
    }
}
