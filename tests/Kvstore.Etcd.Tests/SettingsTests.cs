using Cilium.Framework.Errors;
using Microsoft.Extensions.Configuration;

namespace Cilium.Framework.Kvstore.Etcd.Tests;

public sealed class SettingsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Nothing_given_means_etcd_s_own_address() =>
        Assert.Equal(["http://127.0.0.1:2379"], Read().Endpoints.Select(endpoint => endpoint.OriginalString));

    [Fact]
    public void Everything_given_is_read()
    {
        var file = File("x.pem");
        var settings = Read(
            ("endpoints:0", "https://a.example:2379"), ("endpoints:1", "https://[fd00::1]:443"), ("ca-file", file), ("cert-file", file), ("key-file", file),
            ("username", "u"), ("password-file", file), ("dial-timeout", "1"), ("call-timeout", "7"), ("keepalive-time", "8"), ("keepalive-timeout", "9"));
        Assert.Equal(["https://a.example:2379", "https://[fd00::1]:443"], settings.Endpoints.Select(endpoint => endpoint.OriginalString));
        Assert.Equal((file, file, file, "u", null, file), (settings.CaFile, settings.CertFile, settings.KeyFile, settings.Username, settings.Password, settings.PasswordFile));
        Assert.Equal([1, 7, 8, 9], ((TimeSpan[])[settings.DialTimeout, settings.CallTimeout, settings.KeepaliveTime, settings.KeepaliveTimeout]).Select(time => time.TotalSeconds));
    }

    [Fact]
    public void Every_problem_is_told_at_once()
    {
        var error = Assert.Throws<ConfigurationException>(() => Read(
            ("endpoints:0", "127.0.0.1:2379"), ("endpoints:1", "http://a"), ("endpoints:2", "http://b:1/x"), ("endpoints:3", "http://c:1"), ("endpoints:4", "https://c:2"), ("endpoints:5", "http://c:1"),
            ("ca-file", "ca.pem"), ("cert-file", "/no/such"), ("password", "x"), ("password-file", File("p")), ("call-timeout", "soon"), ("keepalive-time", "1")));
        Assert.Equal(
            [
                "kvstore:etcd:endpoints:0: \"127.0.0.1:2379\" is not accepted. Accepted: http://HOST:PORT or https://HOST:PORT.",
                "kvstore:etcd:endpoints:1: \"http://a\" is not accepted. Accepted: http://HOST:PORT or https://HOST:PORT.",
                "kvstore:etcd:endpoints:2: \"http://b:1/x\" is not accepted. Accepted: http://HOST:PORT or https://HOST:PORT.",
                "kvstore:etcd:endpoints:5: \"http://c:1\" is named twice.",
                "kvstore:etcd:ca-file: \"ca.pem\" is not accepted. Accepted: an absolute path of a file.",
                "kvstore:etcd:cert-file: \"/no/such\" does not exist, or may not be read.",
                "kvstore:etcd:call-timeout: \"soon\" is not accepted. Accepted: 1..300, in seconds.",
                "kvstore:etcd:keepalive-time: \"1\" is not accepted. Accepted: 5..300, in seconds.",
                "kvstore:etcd:endpoints: \"http://c:1, https://c:2\" mixes http and https. Accepted: one of them for all.",
                "kvstore:etcd:cert-file: \"/no/such\" is given without key-file. Give both or none.",
                "kvstore:etcd:password: is given without username. Give both or none.",
                "kvstore:etcd:password-file: is given without username. Give both or none.",
                "kvstore:etcd:password: is given as well as password-file. Give one of them.",
            ],
            error.Problems.Select(problem => problem.ToString()));
    }

    [Fact]
    public void Certificates_for_http_are_refused() =>
        Assert.Equal(
            $"kvstore:etcd:ca-file: \"{File("ca.pem")}\" has no use: the endpoints are http. Write https://HOST:PORT, or leave it out.",
            Assert.Throws<ConfigurationException>(() => Read(("ca-file", File("ca.pem")))).Message);

    [Fact]
    public void A_user_without_password_is_refused() =>
        Assert.Equal("kvstore:etcd:username: \"u\" has no password. Give password-file, or password.", Assert.Throws<ConfigurationException>(() => Read(("username", "u"))).Message);

    [Fact]
    public void Endpoints_that_are_no_list_are_refused() =>
        Assert.Equal(
            "kvstore:etcd:endpoints: \"http://a:1\" is not a list. Accepted: a list of http://HOST:PORT or https://HOST:PORT.",
            Assert.Throws<ConfigurationException>(() => Read(("endpoints", "http://a:1"))).Message);

    private string File(string name)
    {
        System.IO.File.WriteAllText(_folder[name], "");
        return _folder[name];
    }

    private static EtcdSettings Read(params (string Key, string Value)[] settings) => EtcdSettingsReader.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(setting => $"kvstore:etcd:{setting.Key}", setting => (string?)setting.Value)).Build().GetSection("kvstore:etcd"));
}
