using Cilium.Framework.Routing.KubeRouter.GoBgp;

namespace Cilium.Framework.Routing.KubeRouter.Tests;

public sealed class GoBgpAddressTests
{
    private const string Accepted = "Accepted: http://HOST:PORT or unix:///PATH, such as http://127.0.0.1:50051.";

    [Theory]
    [InlineData("http://127.0.0.1:50051", "http://127.0.0.1:50051/", null)]
    [InlineData("http://127.0.0.1:80/", "http://127.0.0.1/", null)]
    [InlineData("http://[::1]:50051", "http://[::1]:50051/", null)]
    [InlineData("http://node1:50051", "http://node1:50051/", null)]
    [InlineData("unix:///run/gobgp.sock", "http://localhost/", "/run/gobgp.sock")]
    public void An_address_is_tcp_or_a_socket(string text, string channel, string? socket)
    {
        var address = GoBgpAddress.Parse(text);
        Assert.Equal((text.TrimEnd('/'), channel, socket), (address.Text, address.Channel.AbsoluteUri, address.Socket));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("127.0.0.1:50051")]
    [InlineData("http://127.0.0.1")]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://127.0.0.1:50051/path")]
    [InlineData("http://user@127.0.0.1:50051")]
    [InlineData("ftp://127.0.0.1:50051")]
    [InlineData("unix://run/gobgp.sock")]
    [InlineData("unix:///run/")]
    [InlineData("unix:/run/gobgp.sock")]
    public void What_is_none_is_refused(string? text)
    {
        Assert.False(GoBgpAddress.TryParse(text, out _, out var problem));
        Assert.Equal($"\"{text}\" is not accepted. {Accepted}", problem);
    }

    [Fact]
    public void Tls_is_refused_with_the_reason()
    {
        var error = Assert.Throws<FormatException>(() => GoBgpAddress.Parse("https://127.0.0.1:50051"));
        Assert.Equal($"\"https://127.0.0.1:50051\" is not accepted: the GoBGP of kube-router speaks no TLS. {Accepted}", error.Message);
    }
}
