using Cilium.Framework.Agent.NodeHealth;

namespace Cilium.Framework.Agent.Tests.NodeHealth;

public class EndpointSocketsTests
{
    [Fact]
    public void What_is_written_is_read()
    {
        var read = EndpointSockets.Read(new EndpointSockets(3, 4, 5, 6, [7, 8], [9, 10]).ToString());
        Assert.NotNull(read);
        Assert.Equal((3, 4, 5, 6), (read.Netlink, read.Listener, read.IPv4Echo, read.IPv6Echo));
        Assert.Equal([7, 8], read.IPv4);
        Assert.Equal([9, 10], read.IPv6);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("3,4,5,6")]
    [InlineData("3,4,5,6,7")]
    [InlineData("3,4,5,6,7,x")]
    [InlineData("3,4,5,6,7,-8")]
    public void Anything_else_is_no_sockets(string? text) => Assert.Null(EndpointSockets.Read(text));
}
