using Cilium.Framework.Errors;

namespace Cilium.Framework.Datapath.Simulator.Tests;

public sealed class ProbeTests : TwoEndpoints
{
    [Fact]
    public void A_point_without_a_path_is_named()
    {
        var failure = Assert.Throws<CiliumException>(() => Node.Send(AttachPoint.FromOverlay, 0, new byte[60]));

        Assert.Equal("A frame cannot be injected at FromOverlay: an injection does not say which node wrapped it.", failure.Message);
        Assert.Equal(ErrorKind.Unsupported, failure.Kind);
    }

    [Fact]
    public void An_endpoint_that_does_not_exist_is_named()
    {
        var failure = Assert.Throws<CiliumException>(() => Node.Send(AttachPoint.FromEndpoint, 9, new byte[60]));

        Assert.Equal(("There is no endpoint 9.", ErrorKind.Invalid), (failure.Message, failure.Kind));
    }

    [Fact]
    public void A_frame_without_a_whole_header_is_refused()
    {
        var failure = Assert.Throws<CiliumException>(() => Node.Send(AttachPoint.FromEndpoint, 1, new byte[13]));

        Assert.Equal("A frame of 13 bytes cannot be injected: an Ethernet frame has at least 14 bytes.", failure.Message);
    }

    [Theory]
    [InlineData(0x0800, 19)]
    [InlineData(0x86dd, 39)]
    public void An_address_header_cut_short_is_invalid(ushort type, int bytes) =>
        Dropped(DropReason.InvalidPacket, Node.From(Client, Frames.Ethernet(Client.Row.HostMac, Client.Row.Mac, type, new byte[bytes])));

    [Fact]
    public void An_IPv4_mapped_address_is_an_IPv6_address()
    {
        Node.IpCache("0.0.0.0/0", 300);
        Node.IpCache("::/0", 301);
        Node.Policy(1001, Entries.Out(301));

        Assert.Equal(VerdictKind.ToStack, Node.From(Client, Frames.UdpFrom(Client, "::ffff:192.0.2.1", 1, 2)).Kind);
    }

    [Fact]
    public void The_overlay_ends_with_its_device()
    {
        Node.AddOverlay();
        Node.IpCache("10.91.1.1", 1003, "192.0.2.20");
        Assert.Equal(VerdictKind.ToOverlay, Node.From(Client, Frames.UdpFrom(Client, "10.91.1.1", 1, 2)).Kind);

        Assert.Equal(1, Node.Prune(Node.Datapath.Devices));

        Dropped(DropReason.NoTunnelEndpoint, Node.From(Client, Frames.UdpFrom(Client, "10.91.1.1", 1, 2)));
    }
}
