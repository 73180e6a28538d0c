using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Errors;
using Cilium.Framework.Routing.KubeRouter.GoBgp;
using Cilium.Framework.Routing.KubeRouter.Tests.Servers;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Cilium.Framework.Routing.KubeRouter.Tests;

public sealed class ConnectTests
{
    private const string WhereToListen = "Start kube-router with its GoBGP port (--gobgp-admin-port and --gobgp-admin-address, where it has them), or correct the address.";

    [Fact]
    public async Task A_closed_port_is_named()
    {
        using var taken = new Socket(SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var address = $"http://{taken.LocalEndPoint}";
        // Bound and not listening: nobody else gets the port meanwhile.
        await RefusedAsync(address, ErrorKind.Unavailable, $"gobgp {address}: it cannot be asked which version it is: nobody listens there. {WhereToListen}");
    }

    [Fact]
    public async Task A_socket_that_is_not_there_is_named()
    {
        using var folder = new TemporaryFolder();
        var address = $"unix://{folder["gobgp.sock"]}";
        await RefusedAsync(address, ErrorKind.Unavailable, $"gobgp {address}: it cannot be asked which version it is: there is no such socket. {WhereToListen}");
    }

    [Fact]
    public async Task A_socket_that_a_dead_server_left_is_named()
    {
        using var folder = new TemporaryFolder();
        var address = $"unix://{folder["gobgp.sock"]}";
        using var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        // Bound and not listening, as what is left of one that was killed.
        dead.Bind(new UnixDomainSocketEndPoint(folder["gobgp.sock"]));
        await RefusedAsync(address, ErrorKind.Unavailable, $"gobgp {address}: it cannot be asked which version it is: nobody listens there. {WhereToListen}");
    }

    [Theory]
    [InlineData("GetBgp")]
    [InlineData("GetServer")]
    public async Task An_old_version_is_recognised_and_named(string method)
    {
        await using var server = await FakeGrpcServer.StartAsync("gobgpapi.GobgpApi", method);
        await RefusedAsync(
            server.Address, ErrorKind.Unsupported,
            $"gobgp {server.Address}: it is GoBGP 2 or older (gobgpapi.GobgpApi), as in kube-router before 1.6. Accepted: GoBGP 3 or 4. Upgrade kube-router.");
    }

    [Theory]
    [InlineData("apipb.GobgpApi", 3)]
    [InlineData("api.GoBgpService", 4)]
    public async Task A_version_that_is_spoken_is_found_and_one_without_a_speaker_has_none(string service, int version)
    {
        await using var server = await FakeGrpcServer.StartAsync(service, "GetBgp");
        using var connection = await OpenAsync(server.Address);
        Assert.Equal(version, (int)connection.Version);
        Assert.Null(await connection.Api.GetSpeakerAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Another_grpc_server_is_told_apart()
    {
        await using var server = await FakeGrpcServer.StartAsync();
        await RefusedAsync(
            server.Address, ErrorKind.Unsupported,
            $"gobgp {server.Address}: the gRPC server there is no GoBGP: it knows none of apipb.GobgpApi, api.GoBgpService. Correct the address.");
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task A_web_server_is_told_apart(HttpProtocols protocols)
    {
        await using var server = await FakeWebServer.StartAsync(protocols);
        var error = await FailureAsync(server.Address);
        Assert.StartsWith($"gobgp {server.Address}: it cannot be asked which version it is: what answers there does not speak gRPC without TLS, so it is no GoBGP of kube-router (", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("). Correct the address.", error.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorKind.Unavailable, error.Kind);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var address = $"http://{silent.LocalEndpoint}";
        var error = await Assert.ThrowsAsync<CiliumException>(() => OpenAsync(address, seconds: 0.5));
        Assert.Equal($"gobgp {address}: it cannot be asked which version it is: no answer within 0.5 s.", error.Message);
    }

    [Fact]
    public async Task Giving_up_is_no_failure_of_the_server()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var opening = GoBgpConnection.OpenAsync(new(GoBgpAddress.Parse($"http://{silent.LocalEndpoint}")), TimeProvider.System, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
    }

    private static async Task RefusedAsync(string address, ErrorKind kind, string words)
    {
        var error = await FailureAsync(address);
        Assert.Equal((words, kind), (error.Message, error.Kind));
    }

    private static Task<CiliumException> FailureAsync(string address) => Assert.ThrowsAsync<CiliumException>(() => OpenAsync(address));

    private static Task<GoBgpConnection> OpenAsync(string address, double seconds = 20) => GoBgpConnection.OpenAsync(
        new(GoBgpAddress.Parse(address)) { CallTimeout = TimeSpan.FromSeconds(seconds) }, TimeProvider.System, TestContext.Current.CancellationToken);
}
