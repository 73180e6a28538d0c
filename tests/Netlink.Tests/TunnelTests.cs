using System.Net;
using System.Net.NetworkInformation;
using Cilium.Framework.Netlink.Messages;

namespace Cilium.Framework.Netlink.Tests;

[Trait("Needs", "Root")]
public class TunnelTests
{
    private static readonly MetadataTunnel Wanted = new() { Name = "tun0", Port = 8472, Mtu = 1400, Mac = PhysicalAddress.Parse("0A:00:00:00:00:07") };

    [Fact]
    public void A_vxlan_device_takes_its_metadata_from_each_packet_and_says_so()
    {
        using var fixture = new NamespaceFixture();
        fixture.Netlink.CreateVxlan(Wanted);
        var link = fixture.Netlink.FindLink("tun0")!;
        Assert.Equal(("vxlan", 1400, "0A0000000007", false), (link.Kind, link.Mtu, link.Mac.ToString(), link.IsUp));
        Assert.Equal(new TunnelDevice { CollectsMetadata = true, Port = 8472, SendsZeroChecksumV6 = true, AcceptsZeroChecksumV6 = true }, link.Tunnel);
        fixture.Netlink.SetUp(link.Index);
        Assert.Equal(link.Tunnel, Assert.Single(fixture.Netlink.ListLinks(), each => each.Name == "tun0").Tunnel);
    }

    [Fact]
    public void A_second_vxlan_device_for_the_same_port_is_refused_in_words()
    {
        using var fixture = new NamespaceFixture();
        fixture.Netlink.CreateVxlan(Wanted);
        var exception = Assert.Throws<NetlinkException>(() => fixture.Netlink.CreateVxlan(Wanted with { Name = "tun1" }));
        Assert.Equal(NetlinkException.Exists, exception.Errno);
        Assert.StartsWith("create vxlan tun1 at port 8472: File exists", exception.Message, StringComparison.Ordinal);
        Assert.Null(fixture.Netlink.FindLink("tun1"));
    }

    [Fact]
    public void A_geneve_device_takes_its_metadata_from_each_packet_or_the_kernel_is_said_to_have_none()
    {
        using var fixture = new NamespaceFixture();
        try
        {
            fixture.Netlink.CreateGeneve(Wanted with { Port = 6081 });
        }
        catch (NetlinkException exception)
        {
            Assert.Equal(NetlinkException.NotSupported, exception.Errno);
            Assert.Equal(
                "create geneve tun0 at port 6081: Operation not supported (Unknown device type). This kernel has no devices of type geneve: it needs CONFIG_GENEVE, built in or as the module geneve. Nothing was made.",
                exception.Message);
            Assert.Null(fixture.Netlink.FindLink("tun0"));
            return;
        }

        var link = fixture.Netlink.FindLink("tun0")!;
        Assert.Equal(("geneve", 1400), (link.Kind, link.Mtu));
        Assert.Equal(new TunnelDevice { CollectsMetadata = true, Port = 6081, SendsZeroChecksumV6 = true, AcceptsZeroChecksumV6 = true }, link.Tunnel);
    }

    [Fact]
    public void What_a_kernel_says_of_geneve_is_understood()
    {
        // As geneve_fill_info of Linux writes it: the flag has no content, the port is in network order.
        byte[] external = [8, 0, 1, 0, 0, 0, 0, 0, 6, 0, 5, 0, 0x17, 0xc1, 0, 0, 4, 0, 6, 0, 5, 0, 10, 0, 1, 0, 0, 0];
        Assert.Equal(new TunnelDevice { CollectsMetadata = true, Port = 6081, AcceptsZeroChecksumV6 = true }, RouteNetlink.ReadTunnel("geneve", external));
        byte[] single = [8, 0, 1, 0, 9, 0, 0, 0, 8, 0, 2, 0, 192, 0, 2, 9, 6, 0, 5, 0, 0x17, 0xc1, 0, 0];
        Assert.Equal(new TunnelDevice { Vni = 9, Remote = IPAddress.Parse("192.0.2.9"), Port = 6081 }, RouteNetlink.ReadTunnel("geneve", single));
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.2", 1450)]
    [InlineData("2001:db8::1", "2001:db8::2", 1430)]
    public void A_vxlan_between_two_machines_has_the_underlays_mtu_less_its_headers(string local, string remote, int mtu)
    {
        using var fixture = new NamespaceFixture();
        var underlay = fixture.Veth();
        var wanted = new VxlanLink { Name = "vx9", Vni = 9, Port = 4789, Local = IPAddress.Parse(local), Remote = IPAddress.Parse(remote), UnderlayIfIndex = underlay.Index };
        fixture.Netlink.CreateVxlan(wanted);
        var link = fixture.Netlink.FindLink("vx9")!;
        Assert.Equal(mtu, link.Mtu);
        Assert.Equal(new TunnelDevice { Port = 4789, Vni = 9, Local = wanted.Local, Remote = wanted.Remote }, link.Tunnel);

        fixture.Netlink.DeleteLink(link.Index);
        fixture.Netlink.CreateVxlan(wanted with { HasChecksum = false, Mtu = 1300 });
        link = fixture.Netlink.FindLink("vx9")!;
        Assert.Equal((1300, true, true), (link.Mtu, link.Tunnel!.SendsZeroChecksumV6, link.Tunnel.AcceptsZeroChecksumV6));
    }

    [Fact]
    public void Other_devices_are_no_tunnels()
    {
        using var fixture = new NamespaceFixture();
        Assert.Null(fixture.Veth().Tunnel);
        Assert.Null(fixture.Netlink.FindLink("lo")!.Tunnel);
    }

    [Fact]
    public void A_message_that_is_cut_short_ends_the_walk()
    {
        var messages = new MessageReader([20, 0, 0, 0, 16, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 99, 0, 0, 0, 16, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
        Assert.True(messages.Next());
        Assert.Equal(4, messages.Payload.Length);
        Assert.False(messages.Next());
    }
}
