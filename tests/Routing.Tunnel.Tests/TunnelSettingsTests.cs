using System.Net.Sockets;
using Cilium.Framework.Errors;
using Microsoft.Extensions.Configuration;

namespace Cilium.Framework.Routing.Tunnel.Tests;

public sealed class TunnelSettingsTests
{
    [Fact]
    public void Nothing_set_is_vxlan_at_ciliums_port_over_what_the_node_has()
    {
        var settings = Read();
        Assert.Equal((TunnelProtocol.Vxlan, 8472, (AddressFamily?)null, true), (settings.Protocol, settings.Port, settings.Underlay, settings.InstallRoutes));
        Assert.Empty(settings.Devices.Names);
        Assert.Equal("routing:tunnel", settings.Path);
    }

    [Fact]
    public void Geneve_has_a_port_of_its_own()
    {
        Assert.Equal((TunnelProtocol.Geneve, 6081), (Read(("protocol", "geneve")).Protocol, Read(("protocol", "geneve")).Port));
        Assert.Equal(6082, Read(("protocol", "geneve"), ("port", "6082")).Port);
    }

    [Theory]
    [InlineData("auto", null)]
    [InlineData("ipv4", AddressFamily.InterNetwork)]
    [InlineData("ipv6", AddressFamily.InterNetworkV6)]
    public void The_underlay_is_read(string text, AddressFamily? family) => Assert.Equal(family, Read(("underlay", text)).Underlay);

    [Theory]
    [InlineData("1", 1)]
    [InlineData("65535", 65535)]
    public void Ports_of_the_whole_range_are_taken(string text, int port) => Assert.Equal(port, Read(("port", text)).Port);

    [Theory]
    [InlineData("protocol", "gre", "vxlan, geneve")]
    [InlineData("protocol", "VXLAN", "vxlan, geneve")]
    [InlineData("protocol", "", "vxlan, geneve")]
    [InlineData("port", "0", "1..65535")]
    [InlineData("port", "65536", "1..65535")]
    [InlineData("port", "-1", "1..65535")]
    [InlineData("port", "http", "1..65535")]
    [InlineData("underlay", "both", "auto, ipv4, ipv6")]
    [InlineData("install-routes", "no", "true, false")]
    public void What_is_not_accepted_is_said_with_what_is(string key, string text, string accepted)
    {
        var error = Assert.Throws<ConfigurationException>(() => Read((key, text)));
        Assert.Equal($"routing:tunnel:{key}: \"{text}\" is not accepted. Accepted: {accepted}.", Assert.Single(error.Problems).ToString());
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var error = Assert.Throws<ConfigurationException>(() => Read(("protocol", "gre"), ("port", "0"), ("underlay", "x"), ("install-routes", "x")));
        Assert.Equal(["routing:tunnel:protocol", "routing:tunnel:port", "routing:tunnel:underlay", "routing:tunnel:install-routes"], error.Problems.Select(problem => problem.Path));
    }

    private static TunnelSettings Read(params (string Key, string Value)[] settings) => TunnelSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(setting => $"routing:tunnel:{setting.Key}", setting => (string?)setting.Value)).Build().GetSection("routing:tunnel"));
}
