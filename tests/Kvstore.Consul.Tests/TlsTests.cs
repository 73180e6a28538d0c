using Cilium.Framework.Kvstore.Consul.Tests.Servers;
using Cilium.Framework.Lab.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cilium.Framework.Kvstore.Consul.Tests;

[Trait("Needs", "Root")]
public sealed class TlsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Certificates _authority;
    private readonly Certificates _stranger;

    public TlsTests() => (_authority, _stranger) = (new(_folder.Path, "authority"), new(_folder.Path, "stranger"));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => CleanUp.All(_authority.Dispose, _stranger.Dispose, _folder.Dispose);

    [Fact]
    public async Task A_server_is_trusted_when_its_certificate_leads_to_the_authority_and_its_address_is_right()
    {
        using var cluster = await StartAsync(_authority.Sign("server"));
        var address = cluster.Addresses[0].Authority;
        var good = new ConsulSettings { Addresses = cluster.Addresses, CaFile = _authority.Authority };
        Assert.StartsWith($"consul: https://{address} - 1.8.7, leader ", await StatusAsync(good), StringComparison.Ordinal);
        Assert.Equal(
            $"consul: https://{address} is not trusted: its certificate CN=server, issued by CN=authority, does not lead to an authority in {_stranger.Authority} (kvstore.consul.ca-file).",
            await StatusAsync(good with { CaFile = _stranger.Authority }));
        Assert.Equal(
            $"consul: https://{address} is not trusted: its certificate CN=server, issued by CN=authority, does not lead to an authority that this machine trusts. Set kvstore.consul.ca-file.",
            await StatusAsync(good with { CaFile = null }));
        Assert.Equal($"consul: http://{address} speaks TLS only. Use https:// in kvstore.consul.address.", await StatusAsync(good with { Addresses = [new($"http://{address}")], CaFile = null }));
        Assert.StartsWith(
            $"consul: https://{address} is not trusted: {_folder["none.pem"]} (kvstore.consul.ca-file) cannot be used: ", await StatusAsync(good with { CaFile = _folder["none.pem"] }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_ran_out_is_named_with_its_time()
    {
        using var cluster = await StartAsync(_authority.Sign("late", expired: true));
        var status = await StatusAsync(new() { Addresses = cluster.Addresses, CaFile = _authority.Authority });
        Assert.Matches($"^consul: {cluster.Addresses[0].GetLeftPart(UriPartial.Authority)} is not trusted: its certificate CN=late is valid from .*Z to .*Z, and not now. Renew it, or set the clock.$", status);
    }

    [Fact]
    public async Task A_server_that_asks_for_a_certificate_gets_the_one_of_the_file_and_the_next_one_when_it_changes()
    {
        using var cluster = await StartAsync(_authority.Sign("server"), verifyClients: true);
        var (certificate, key) = _stranger.Sign("client");
        await using var store = NewStore(new() { Addresses = cluster.Addresses, CaFile = _authority.Authority, CertFile = certificate, KeyFile = key });
        Assert.False((await store.GetStatusAsync(Stop)).IsReachable);
        _authority.Sign("client");
        File.SetLastWriteTimeUtc(certificate, File.GetLastWriteTimeUtc(certificate).AddSeconds(1));
        Assert.StartsWith($"consul: {cluster.Addresses[0].GetLeftPart(UriPartial.Authority)} - ", (await store.GetStatusAsync(Stop)).Message, StringComparison.Ordinal);
    }

    private Task<ConsulCluster> StartAsync((string Certificate, string Key) server, bool verifyClients = false)
    {
        var options = new ConsulOptions(RequireConsul.Program(), _folder["servers"]) { Tls = new(_authority.Authority, server.Certificate, server.Key, verifyClients) };
        return ConsulCluster.StartAsync(options, Stop);
    }

    private static async Task<string> StatusAsync(ConsulSettings settings)
    {
        await using var store = NewStore(settings);
        return (await store.GetStatusAsync(Stop)).Message;
    }

    private static ConsulKvstore NewStore(ConsulSettings settings) => new(settings, TimeProvider.System, NullLogger.Instance);
}
