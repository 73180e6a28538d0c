using Cilium.Framework.Errors;
using Microsoft.Extensions.Configuration;

namespace Cilium.Framework.Kvstore.Consul.Tests;

public sealed class SettingsTests
{
    [Fact]
    public void Without_settings_the_agent_of_this_machine_is_asked()
    {
        var settings = Read();
        Assert.Equal(["http://127.0.0.1:8500/"], settings.Addresses.Select(address => address.ToString()));
        Assert.Equal((null, null, null, TimeSpan.FromSeconds(6)), (settings.Token, settings.CaFile, settings.Datacenter, settings.Timeout));
    }

    [Fact]
    public void Several_servers_and_files_are_accepted()
    {
        var settings = Read(("address", "https://a:8501, https://b:8501/"), ("ca-file", "/ca"), ("cert-file", "/cert"), ("key-file", "/key"), ("token-file", "/token"), ("timeout", "9"), ("datacenter", "x"));
        Assert.Equal(["https://a:8501/", "https://b:8501/"], settings.Addresses.Select(address => address.ToString()));
        Assert.Equal(("/ca", "/cert", "/key", "/token", "x", TimeSpan.FromSeconds(9)), (settings.CaFile, settings.CertFile, settings.KeyFile, settings.TokenFile, settings.Datacenter, settings.Timeout));
    }

    [Fact]
    public void Every_problem_is_told_at_once()
    {
        var error = Assert.Throws<ConfigurationException>(() => Read(
            ("address", "http://a:8500,b:8500,http://c/v1"), ("token", "t"), ("token-file", "token"), ("ca-file", "/ca"), ("cert-file", "/cert"), ("timeout", "0")));
        Assert.Equal(
            [
                "consul:address: \"b:8500\" is not accepted. Accepted: one or several, separated by commas, such as http://127.0.0.1:8500.",
                "consul:address: \"http://c/v1\" is not accepted. Accepted: one or several, separated by commas, such as http://127.0.0.1:8500.",
                "consul:token-file: \"token\" is not accepted. Accepted: an absolute path of a file.",
                "consul:timeout: \"0\" is not accepted. Accepted: 1..60, in seconds.",
                "consul:token: both token and token-file are given. Accepted: one of them.",
                "consul:cert-file: cert-file and key-file are accepted only together.",
                "consul:ca-file: a certificate authority is given, but an address begins with http://. Accepted: addresses that begin with https://.",
            ],
            error.Problems.Select(problem => problem.ToString()));
    }

    private static ConsulSettings Read(params (string Key, string Value)[] settings) => ConsulSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(setting => $"consul:{setting.Key}", setting => (string?)setting.Value)).Build().GetSection("consul"));
}
