using Cilium.Framework.Errors;
using Microsoft.Extensions.Configuration;

namespace Cilium.Framework.Routing.Direct.Tests;

public sealed class DirectSettingsTests
{
    [Fact]
    public void Nothing_set_installs_routes_of_this_node_only()
    {
        var settings = Read();
        Assert.Equal((true, false, false), (settings.InstallRoutes, settings.AutoDirectNodeRoutes, settings.SkipUnreachable));
        Assert.Empty(settings.Devices.Names);
    }

    [Fact]
    public void What_is_set_is_read()
    {
        var settings = Read(("devices", "eth0, eth1"), ("install-routes", "false"), ("auto-direct-node-routes", "true"), ("skip-unreachable", "true"));
        Assert.Equal((false, true, true), (settings.InstallRoutes, settings.AutoDirectNodeRoutes, settings.SkipUnreachable));
        Assert.Equal(["eth0", "eth1"], settings.Devices.Names);
        Assert.Equal(["eth0", "eth2"], Read(("devices:0", "eth0"), ("devices:1", "eth2")).Devices.Names);
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var error = Assert.Throws<ConfigurationException>(() => Read(("install-routes", "maybe"), ("auto-direct-node-routes", "yes"), ("skip-unreachable", "True")));
        Assert.Equal(
            [
                "routing:direct:install-routes: \"maybe\" is not accepted. Accepted: true, false.",
                "routing:direct:auto-direct-node-routes: \"yes\" is not accepted. Accepted: true, false.",
                "routing:direct:skip-unreachable: \"True\" is not accepted. Accepted: true, false.",
            ],
            error.Problems.Select(problem => problem.ToString()));
    }

    private static DirectSettings Read(params (string Key, string Value)[] settings) => DirectSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(setting => $"routing:direct:{setting.Key}", setting => (string?)setting.Value)).Build().GetSection("routing:direct"));
}
