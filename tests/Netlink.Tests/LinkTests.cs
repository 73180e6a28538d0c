namespace Cilium.Framework.Netlink.Tests;

[Trait("Needs", "Root")]
public class LinkTests
{
    [Fact]
    public void A_renamed_device_keeps_its_index()
    {
        using var fixture = new NamespaceFixture();
        var link = fixture.Veth("before");
        fixture.Netlink.Rename(link.Index, "after");
        Assert.Equal(link.Index, fixture.Netlink.FindLink("after")!.Index);
        Assert.Null(fixture.Netlink.FindLink("before"));
    }

    [Fact]
    public void A_name_that_is_taken_is_refused_with_the_kernels_words()
    {
        using var fixture = new NamespaceFixture();
        var link = fixture.Veth("a");
        var exception = Assert.Throws<NetlinkException>(() => fixture.Netlink.Rename(link.Index, "lo"));
        Assert.Equal((NetlinkException.Exists, $"rename to lo device {link.Index}: File exists"), (exception.Errno, exception.Message));
    }

    [Fact]
    public void A_device_carries_words_until_they_are_taken_away()
    {
        using var fixture = new NamespaceFixture();
        var link = fixture.Veth();
        Assert.Equal("", link.Alias);
        fixture.Netlink.SetAlias(link.Index, "cilium: overlay");
        Assert.Equal("cilium: overlay", fixture.Netlink.FindLink(link.Index)!.Alias);
        Assert.Equal("cilium: overlay", Assert.Single(fixture.Netlink.ListLinks(), each => each.Index == link.Index).Alias);
        fixture.Netlink.SetAlias(link.Index, "");
        Assert.Equal("", fixture.Netlink.FindLink(link.Index)!.Alias);
    }

    [Fact]
    public void A_device_goes_by_its_index_and_may_be_gone()
    {
        using var fixture = new NamespaceFixture();
        var link = fixture.Veth();
        fixture.Netlink.DeleteLink(link.Index);
        fixture.Netlink.DeleteLink(link.Index);
        Assert.Null(fixture.Netlink.FindLink(link.Name));
    }
}
