using Cilium.Framework.Errors;
using Microsoft.Extensions.Configuration;

namespace Cilium.Framework.Routing.KubeRouter.Tests;

public sealed class KubeRouterSettingsTests
{
    [Fact]
    public void Without_settings_the_gobgp_is_where_kube_router_offers_it_and_no_route_is_installed()
    {
        var settings = Read([]);
        Assert.Equal(("http://127.0.0.1:50051", "127.0.0.1:50051", null, false, 90), (settings.GoBgp.Address.Text, settings.Endpoint, settings.Asn, settings.InstallRoutes, settings.HoldTime.TotalSeconds));
        Assert.Empty(settings.Devices);
        Assert.Empty(settings.NextHops);
    }

    [Fact]
    public void Every_setting_is_read()
    {
        var settings = Read(new()
        {
            ["devices"] = "eth0, eth1", ["api-address"] = "unix:///run/gobgp.sock", ["call-timeout"] = "7", ["asn"] = "4200000001", ["install-routes"] = "true", ["hold-time"] = "0",
            ["next-hop:0"] = "192.0.2.10", ["next-hop:1"] = "2001:db8::10",
        });
        Assert.Equal(["eth0", "eth1"], settings.Devices);
        Assert.Equal(("unix:///run/gobgp.sock", 7, 4200000001u, true, 0), (settings.Endpoint, settings.GoBgp.CallTimeout.TotalSeconds, settings.Asn, settings.InstallRoutes, settings.HoldTime.TotalSeconds));
        Assert.Equal(["192.0.2.10", "2001:db8::10"], settings.NextHops.Select(address => address.ToString()));
    }

    [Theory]
    [InlineData("devices", "eth0,tun-1920211", "routing:kube-router:devices: \"tun-1920211\" is not accepted. It is a tunnel of kube-router, whose packets have no Ethernet header; they are judged where they reach their endpoint. Accepted: devices of the physical network.")]
    [InlineData("api-address", "https://127.0.0.1:50051", "routing:kube-router:api-address: \"https://127.0.0.1:50051\" is not accepted. Accepted: HOST:PORT or unix:///PATH, without TLS, such as 127.0.0.1:50051.")]
    [InlineData("api-address", "127.0.0.1", "routing:kube-router:api-address: \"127.0.0.1\" is not accepted. Accepted: HOST:PORT or unix:///PATH, without TLS, such as 127.0.0.1:50051.")]
    [InlineData("call-timeout", "0", "routing:kube-router:call-timeout: \"0\" is not accepted. Accepted: 1..60, in seconds.")]
    [InlineData("asn", "0", "routing:kube-router:asn: \"0\" is not accepted. Accepted: the number of the autonomous system that kube-router is given (--cluster-asn), 1..4294967295.")]
    [InlineData("asn", "4294967296", "routing:kube-router:asn: \"4294967296\" is not accepted. Accepted: the number of the autonomous system that kube-router is given (--cluster-asn), 1..4294967295.")]
    [InlineData("install-routes", "yes", "routing:kube-router:install-routes: \"yes\" is not accepted. Accepted: true, false.")]
    [InlineData("hold-time", "-1", "routing:kube-router:hold-time: \"-1\" is not accepted. Accepted: 0..3600, in seconds.")]
    [InlineData("next-hop", "node1", "routing:kube-router:next-hop: \"node1\" is not accepted. Accepted: an address of this node that its peers reach, one of each family, such as 192.0.2.10.")]
    [InlineData("next-hop", "127.0.0.1", "routing:kube-router:next-hop: \"127.0.0.1\" is not accepted. Accepted: an address of this node that its peers reach, one of each family, such as 192.0.2.10.")]
    [InlineData("next-hop", "192.0.2.1,192.0.2.2", "routing:kube-router:next-hop: \"192.0.2.2\" is not accepted. There is one of its family already: 192.0.2.1. Accepted: one of each family.")]
    public void A_wrong_value_is_refused_in_words(string key, string value, string words) =>
        Assert.Equal(words, Assert.Single(Assert.Throws<ConfigurationException>(() => Read(new() { [key] = value })).Problems).ToString());

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once() =>
        Assert.Equal(3, Assert.Throws<ConfigurationException>(() => Read(new() { ["asn"] = "x", ["hold-time"] = "x", ["install-routes"] = "x" })).Problems.Count);

    private static KubeRouterSettings Read(Dictionary<string, string?> values) => KubeRouterSettingsReader.Read(
        new ConfigurationBuilder().AddInMemoryCollection(values.ToDictionary(value => $"routing:kube-router:{value.Key}", value => value.Value)).Build().GetSection("routing:kube-router"));
}
