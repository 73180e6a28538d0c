using System.Net.Sockets;
using System.Text;
using Cilium.Framework.Agent.Api;
using Cilium.Framework.Agent.Policies;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Labels;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cilium.Framework.Agent.Tests.Api;

/// <summary>No client, and no crowd of them, can hold the server: each is refused with words, and the next one is served.</summary>
public sealed class ApiLimitTests : IAsyncLifetime
{
    private const string Request = "GET /v1/policy HTTP/1.1\r\nHost: agent\r\n\r\n";

    private static readonly ApiServerLimits Limits = new() { Connections = 3, HeadTimeout = TimeSpan.FromSeconds(1), Grace = TimeSpan.FromSeconds(1.5) };

    private readonly TemporaryFolder _folder = new();
    private readonly OneRule _rules = new();
    private WebApplication _server = null!;

    private sealed class OneRule : IPolicyService
    {
        public int Imports { get; private set; }

        public Policy Get(LabelSet labels) => new() { Revision = 1, Rules = "[]" };

        public Policy Import(string document)
        {
            Imports++;
            return new() { Revision = 2, Rules = "[]" };
        }

        public Policy Delete(LabelSet labels) => throw new NotSupportedException();
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var services = new ApiServices
        {
            Endpoints = null!, Identities = null!, Ipam = null!, Policies = _rules, Kvstore = null!, Events = null!, Tables = null!, Time = TimeProvider.System, Status = null!, Health = null!, Configuration = null!, RouteLedger = null!, Mtu = null!, RouteExchange = null!,
            Plugins = [], ConfigurationValues = [], Stopping = default,
        };
        _server = ApiServer.Create(_folder["api.sock"], services, NullLoggerFactory.Instance, Limits);
        await _server.StartAsync(Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public void A_thousand_connections_at_one_moment_find_room_to_wait()
    {
        var sockets = Enumerable.Range(0, 1_000).Select(_ => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false }).ToList();
        try
        {
            // Not blocking: a full queue would be refused at once (EAGAIN).
            foreach (var socket in sockets)
                socket.Connect(new UnixDomainSocketEndPoint(_folder["api.sock"]));
            Assert.All(sockets, socket => Assert.True(socket.Connected));
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    private async Task<NetworkStream> ConnectAsync(string sent = "")
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_folder["api.sock"]), Cancelled);
        var stream = new NetworkStream(socket, ownsSocket: true);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(sent), Cancelled);
        return stream;
    }

    /// <summary>What the server says until it closes the connection.</summary>
    private static async Task<string> RestAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(Cancelled).WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
    }

    /// <summary>The first line of an answer.</summary>
    private async Task<string> AskAsync()
    {
        await using var stream = await ConnectAsync(Request);
        var buffer = new byte[512];
        var length = await stream.ReadAsync(buffer, Cancelled);
        return Encoding.ASCII.GetString(buffer, 0, length).Split('\r')[0];
    }

    [Fact]
    public async Task A_connection_beyond_the_number_is_refused_with_words_and_one_that_closes_makes_room()
    {
        var held = new List<NetworkStream>();
        for (var i = 0; i < Limits.Connections; i++)
        {
            // Held by a client that was answered and may ask again for a minute.
            var stream = await ConnectAsync(Request);
            _ = await stream.ReadAsync(new byte[512], Cancelled);
            held.Add(stream);
        }

        Assert.Equal("HTTP/1.1 503 Service Unavailable", await AskAsync());
        await using (var refused = await ConnectAsync(Request))
            Assert.Contains("3 connections are open, and no more are accepted. Nothing was changed.", await RestAsync(refused), StringComparison.Ordinal);
        foreach (var stream in held)
            await stream.DisposeAsync();
        await Eventually.TrueAsync(async () => await AskAsync() == "HTTP/1.1 200 OK", "a place is free again");
    }

    [Theory]
    [InlineData("GET /v1/policy HTTP/1.1\r\nHost: ag")]
    [InlineData("PUT /v1/policy HTTP/1.1\r\nHost: agent\r\nContent-Length: 100\r\n\r\n[]")]
    public async Task A_client_that_does_not_finish_its_request_is_told_and_closed(string beginning)
    {
        await using var slow = await ConnectAsync(beginning);
        var said = await RestAsync(slow);
        Assert.StartsWith("HTTP/1.1 408 ", said, StringComparison.Ordinal);
        Assert.Contains("The request did not arrive in time", said, StringComparison.Ordinal);
        Assert.Equal(0, _rules.Imports);
        Assert.Equal("HTTP/1.1 200 OK", await AskAsync());
    }

    [Fact]
    public async Task A_body_beyond_the_bound_is_refused_whether_its_length_is_told_or_not()
    {
        await using (var told = await ConnectAsync("PUT /v1/policy HTTP/1.1\r\nHost: agent\r\nConnection: close\r\nContent-Length: 4194305\r\n\r\n"))
            Assert.StartsWith("HTTP/1.1 413 ", await RestAsync(told), StringComparison.Ordinal);
        await using var untold = await ConnectAsync("PUT /v1/policy HTTP/1.1\r\nHost: agent\r\nTransfer-Encoding: chunked\r\n\r\n");
        var answer = RestAsync(untold);
        var chunk = Encoding.ASCII.GetBytes("10000\r\n" + new string(' ', 0x10000) + "\r\n");
        try
        {
            for (var sent = 0; sent < 80 && !answer.IsCompleted; sent++)
                await untold.WriteAsync(chunk, Cancelled);
        }
        catch (IOException)
        {
            // It answered and closed.
        }

        Assert.StartsWith("HTTP/1.1 413 ", await answer, StringComparison.Ordinal);
        Assert.Equal(0, _rules.Imports);
    }
}
