namespace Cilium.Framework.Netlink.Tests;

[Trait("Needs", "Root")]
public sealed class LinkLocalTests
{
    [Fact]
    public void A_device_gives_itself_no_link_local_address_when_that_is_disabled()
    {
        using var fixture = new NamespaceFixture();
        foreach (var (name, port) in ((string, int)[])[("quiet0", 8000), ("loud0", 8001)])
            fixture.Netlink.CreateVxlan(new MetadataTunnel { Name = name, Port = port });
        var (quiet, loud) = (fixture.Netlink.FindLink("quiet0")!.Index, fixture.Netlink.FindLink("loud0")!.Index);
        fixture.Netlink.DisableLinkLocalAddress(quiet);
        fixture.Netlink.SetUp(quiet);
        fixture.Netlink.SetUp(loud);
        var address = Assert.Single(fixture.Netlink.ListAddresses(), address => address.IP.IsIPv6LinkLocal);
        Assert.Equal(loud, address.IfIndex);
    }

    [Fact]
    public void A_device_that_is_not_there_is_said()
    {
        using var fixture = new NamespaceFixture();
        var error = Assert.Throws<NetlinkException>(() => fixture.Netlink.DisableLinkLocalAddress(99));
        Assert.Equal(NetlinkException.NoSuchDevice, error.Errno);
        Assert.StartsWith("disable the link-local address of device 99: ", error.Message, StringComparison.Ordinal);
    }
}
