using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Errors;
using Cilium.Framework.Lab.Servers;

namespace Cilium.Framework.Kvstore.Etcd.Tests;

[Trait("Needs", "Root")]
public sealed class TlsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority;
    private EtcdCluster? _cluster;

    public TlsTests()
    {
        RequireEtcd.Now();
        _authority = new(_folder, "ca");
    }

    public void Dispose()
    {
        _cluster?.Dispose();
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Both_sides_show_certificates()
    {
        var endpoint = await StartAsync(Mutual());
        var (certificate, key) = _authority.Sign("client");
        await using var store = await Stores.OpenAsync(Settings(endpoint) with { CertFile = certificate, KeyFile = key });
        await store.PutAsync("a", "1");
        Assert.Equal("1", await store.ReadAsync("a"));
        Assert.Equal(new KvstoreStatus(true, $"etcd: 1/1 connected: {endpoint} - 3.4.23 (Leader); has quorum"), await store.GetStatusAsync(Stores.Stop));
    }

    [Fact]
    public async Task An_authority_that_did_not_sign_is_named()
    {
        using var other = new TestAuthority(_folder, "other");
        var endpoint = await StartAsync(ServerOnly());
        await FailsAsync(Settings(endpoint) with { CaFile = other.File }, ErrorKind.Unavailable,
            $"{endpoint}: the server's certificate (CN=server) is not signed by an authority of {other.File}: unable to get local issuer certificate Give the authority that signed it in kvstore.etcd.ca-file");
    }

    [Fact]
    public async Task An_expired_certificate_of_the_server_is_named()
    {
        var endpoint = await StartAsync(ServerOnly(lastDay: -1));
        await FailsAsync(Settings(endpoint), ErrorKind.Unavailable, $"{endpoint}: the server's certificate (CN=server) expired on ", ". Renew it on the server");
    }

    [Fact]
    public async Task A_certificate_for_another_address_is_named()
    {
        var endpoint = await StartAsync(ServerOnly(address: "127.0.0.9"));
        await FailsAsync(Settings(endpoint), ErrorKind.Unavailable,
            $"{endpoint}: the server's certificate (CN=server) is not for 127.0.0.1. Name the endpoint as the certificate does, or give the server a certificate for 127.0.0.1");
    }

    [Fact]
    public async Task An_expired_certificate_of_ours_is_named_before_it_is_shown()
    {
        var endpoint = await StartAsync(Mutual());
        var (certificate, key) = _authority.Sign("client", lastDay: -1);
        await FailsAsync(Settings(endpoint) with { CertFile = certificate, KeyFile = key }, ErrorKind.Denied,
            $"{endpoint}: our certificate {certificate} expired on ", ". Renew it; the file is read again at the next connection");
    }

    [Fact]
    public async Task A_server_that_wants_a_certificate_and_gets_none_is_named()
    {
        var endpoint = await StartAsync(Mutual());
        await FailsAsync(Settings(endpoint), ErrorKind.Denied,
            $"{endpoint}: the server refuses our certificate, or wants one. Set kvstore.etcd.cert-file and key-file to one that is signed by the authority it trusts");
    }

    [Fact]
    public async Task A_certificate_that_the_server_does_not_trust_is_named()
    {
        using var other = new TestAuthority(_folder, "other");
        var endpoint = await StartAsync(Mutual());
        var (certificate, key) = other.Sign("client");
        await FailsAsync(Settings(endpoint) with { CertFile = certificate, KeyFile = key }, ErrorKind.Denied,
            $"{endpoint}: the server refuses our certificate, or wants one. Set kvstore.etcd.cert-file and key-file to one that is signed by the authority it trusts");
    }

    [Fact]
    public async Task Http_to_a_server_that_speaks_tls_is_named()
    {
        var endpoint = (await StartAsync(ServerOnly())).Replace("https", "http", StringComparison.Ordinal);
        await FailsAsync(new() { Endpoints = [new(endpoint)] }, ErrorKind.Unavailable, $"{endpoint}: it speaks TLS: write {endpoint.Replace("http", "https", StringComparison.Ordinal)} in kvstore.etcd.endpoints");
    }

    [Fact]
    public async Task Https_to_a_server_that_speaks_no_tls_is_named()
    {
        var plain = await StartAsync(null);
        var endpoint = plain.Replace("http", "https", StringComparison.Ordinal);
        await FailsAsync(Settings(endpoint), ErrorKind.Unavailable, $"{endpoint}: it does not speak TLS: write {plain} in kvstore.etcd.endpoints");
    }

    [Fact]
    public async Task Https_to_a_server_that_answers_a_handshake_with_a_reset_is_named()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var serving = ServeAsync();
        await FailsAsync(Settings($"https://{server.LocalEndpoint}"), ErrorKind.Unavailable, $"https://{server.LocalEndpoint}: it does not speak TLS: write http://{server.LocalEndpoint} in kvstore.etcd.endpoints");
        server.Stop();
        await serving;

        async Task ServeAsync()
        {
            const byte handshake = 22;
            try
            {
                while (true)
                {
                    using var client = await server.AcceptSocketAsync();
                    var first = new byte[1];
                    if (await client.ReceiveAsync(first) > 0 && first[0] == handshake)
                        client.LingerState = new LingerOption(true, 0);
                    else
                        await client.SendAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray());
                }
            }
            catch (SocketException)
            {
                // Stopped.
            }
        }
    }

    [Fact]
    public async Task Files_that_are_replaced_are_used_from_the_next_connection_on()
    {
        using var other = new TestAuthority(_folder, "other");
        var endpoint = await StartAsync(Mutual());
        var (certificate, key) = other.Sign("client");
        await using var store = await Stores.OpenAsync(Settings(endpoint) with { CertFile = certificate, KeyFile = key });
        await using var watch = new WatchLog(store, "", Stores.Stop);
        await store.ReadFailureAsync();
        Assert.Equal((0, 0), (watch.Events, watch.Lists));
        var (goodCertificate, goodKey) = _authority.Sign("good");
        File.Move(goodCertificate, certificate, overwrite: true);
        File.Move(goodKey, key, overwrite: true);
        // Until both files are there, and until it connects again, calls fail.
        await store.UntilWrittenAsync("a", "1");
        await watch.UntilAsync(seen => seen.GetValueOrDefault("a") == "1", "what was written");
    }

    private async Task<string> StartAsync(EtcdTls? tls)
    {
        _cluster = await EtcdCluster.StartAsync(_folder.Path, new() { Tls = tls }, Stores.Stop);
        return _cluster.Endpoints[0];
    }

    private EtcdSettings Settings(string endpoint) => new() { Endpoints = [new(endpoint)], CaFile = _authority.File };

    private EtcdTls ServerOnly(double lastDay = 5, string address = "127.0.0.1")
    {
        var (certificate, key) = _authority.Sign("server", lastDay, address);
        return new(certificate, key);
    }

    private EtcdTls Mutual()
    {
        var (labCertificate, labKey) = _authority.Sign("lab");
        return ServerOnly() with { ClientCa = _authority.File, LabCertificate = labCertificate, LabKey = labKey };
    }

    private static async Task FailsAsync(EtcdSettings settings, ErrorKind kind, string cause, string rest = "")
    {
        await using var store = await Stores.OpenAsync(settings);
        var (seen, text) = await store.ReadFailureAsync();
        Assert.True(text.StartsWith($"kvstore etcd: key a cannot be read: {cause}", StringComparison.Ordinal), text);
        Assert.EndsWith($"{rest}. Nothing was changed.", text, StringComparison.Ordinal);
        Assert.Equal(kind, seen);
        var status = await store.GetStatusAsync(Stores.Stop);
        Assert.False(status.IsReachable);
        Assert.StartsWith($"etcd: 0/1 connected: {cause}", status.Message, StringComparison.Ordinal);
        Assert.Contains($"{rest}; no quorum: ", status.Message, StringComparison.Ordinal);
    }
}
