using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Suite;

/// <summary>An endpoint speaks for itself only.</summary>
public sealed class AntiSpoofTests : TwoEndpoints
{
    private static readonly MacAddress Stranger = new(0x02_11_22_33_44_55);

    [Fact]
    public void A_foreign_source_mac_is_dropped()
    {
        var packet = Frames.Ip(ClientIPv4, ServerIPv4, Frames.TcpProtocol, Frames.Tcp(40000, 80, Frames.Syn));

        Dropped(DropReason.InvalidSourceMac, Node.From(Client, Frames.Ethernet(Client.Row.HostMac, Stranger, 0x0800, packet)));
    }

    [Theory]
    [InlineData("10.90.1.77", ServerIPv4)]
    [InlineData(ServerIPv4, ServerIPv4)]
    [InlineData("0.0.0.0", ServerIPv4)]
    [InlineData("fd90::77", ServerIPv6)]
    [InlineData("fe80::1", ServerIPv6)]
    [InlineData("::", ServerIPv6)]
    public void A_foreign_source_address_is_dropped(string source, string destination) =>
        Dropped(DropReason.InvalidSourceIp, FromClient(Frames.Ip(source, destination, Frames.TcpProtocol, Frames.Tcp(40000, 80, Frames.Syn))));

    [Fact]
    public void A_foreign_source_is_named_even_when_the_rest_is_unknown() =>
        Dropped(DropReason.InvalidSourceIp, FromClient(Frames.Ip("10.90.1.77", ServerIPv4, 132, new byte[20])));

    [Fact]
    public void A_spoofed_packet_of_an_open_connection_is_dropped_on_a_native_device()
    {
        Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80));
        var frame = Frames.To(Server, Frames.Ip(ClientIPv4, ServerIPv4, Frames.TcpProtocol, Frames.Tcp(40000, 80, Frames.Ack)));

        Dropped(DropReason.InvalidSourceIp, Node.Send(AttachPoint.FromNetdev, 0, frame));
    }

    [Fact]
    public void An_address_of_the_node_is_not_believed_on_a_native_device()
    {
        Node.IpCache("192.0.2.10", 1);
        var frame = Frames.To(Server, Frames.Ip("192.0.2.10", ServerIPv4, Frames.TcpProtocol, Frames.Tcp(40000, 80, Frames.Syn)));

        Dropped(DropReason.InvalidSourceIp, Node.Send(AttachPoint.FromNetdev, 0, frame));
    }
}
