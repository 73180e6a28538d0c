using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Cilium.Framework.Agent.Api;
using Cilium.Framework.Agent.Policies;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Errors;
using Cilium.Framework.Labels;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cilium.Framework.Agent.Tests.Api;

/// <summary>What the server says when a request is wrong, over a real socket: whatever happens, the body is the API's error.</summary>
public sealed class ApiServerTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private WebApplication _server = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = ApiServer.Create(_folder["api.sock"], Services(), NullLoggerFactory.Instance);
        await _server.StartAsync(TestContext.Current.CancellationToken);
        _client = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync }) { BaseAddress = new Uri("http://agent/v1/") };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_folder["api.sock"]), ct);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Refusals come before anything is asked; only the rules answer.</summary>
    private static ApiServices Services() => new()
    {
        Endpoints = null!, Identities = null!, Ipam = null!, Policies = new FailingPolicies(), Events = null!, Tables = null!, Time = TimeProvider.System, Status = null!, Configuration = null!,
        Plugins = [], ConfigurationValues = [], Stopping = default,
    };

    private async Task<(HttpStatusCode Status, string Text)> SendAsync(string method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = content };
        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return (response.StatusCode, JsonSerializer.Deserialize(body, ApiJson.Default.ApiError)!.Error);
    }

    private static StringContent Body(string text, string type = "application/json") => new(text, Encoding.UTF8, type);

    [Fact]
    public async Task An_unknown_path_is_named_with_the_known_ones()
    {
        var (status, text) = await SendAsync("GET", "endpoints");
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.StartsWith("GET /v1/endpoints: there is no such path. Known: /v1/healthz, config, endpoint, ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_method_that_is_not_accepted_is_answered_with_those_that_are()
    {
        var (status, text) = await SendAsync("PATCH", "policy");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, status);
        Assert.Equal("PATCH /v1/policy: the method is not accepted here. Accepted: DELETE, GET, PUT.", text);
    }

    [Theory]
    [InlineData("", "The body is empty. Accepted: a JSON object. Nothing was changed.")]
    [InlineData("{\"mac\":", "The body is not JSON: line 1, byte 8. Nothing was changed.")]
    [InlineData("null", "the body: null is not accepted. Accepted: an object.\nNothing was changed.")]
    [InlineData("{\"labels\":[null],\"macc\":\"x\"}", "labels[0]: null is not accepted. Accepted: a text.\nmacc: is not a known field. Nearest known: mac.\nNothing was changed.")]
    public async Task A_body_that_is_no_endpoint_is_refused_with_the_path(string body, string expected)
    {
        var (status, text) = await SendAsync("PUT", "endpoint/0", Body(body));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(expected, text);
    }

    [Fact]
    public async Task The_content_type_does_not_matter()
    {
        var (status, text) = await SendAsync("PUT", "endpoint/0", Body("[]", "application/x-www-form-urlencoded"));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("Accepted: an object.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_that_is_not_utf8_is_refused_with_the_byte()
    {
        var (status, text) = await SendAsync("PUT", "policy", new ByteArrayContent([0x61, 0xff, 0xfe]));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.StartsWith("The document is not UTF-8: byte 1 ", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("endpoint/0", 5)]
    [InlineData("policy", 5)]
    [InlineData("policy", 10)]
    public async Task A_body_that_is_too_long_is_refused(string path, int megabytes)
    {
        var (status, text) = await SendAsync("PUT", path, new ByteArrayContent(new byte[megabytes << 20]));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Equal("The document is larger than 4 MiB. Split it. Nothing was changed.", text);
    }

    [Theory]
    [InlineData("endpoint?label=a%3Bb", "character U+003B at position 1")]
    [InlineData("identity/abc", "Identity \"abc\" is not a number.")]
    [InlineData("policy?label=%00", "character U+0000 at position 0 is not accepted (NUL)")]
    public async Task A_wrong_parameter_is_refused(string path, string expected)
    {
        var (status, text) = await SendAsync("GET", path);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(expected, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_is_503_with_its_words()
    {
        var (status, text) = await SendAsync("DELETE", "policy");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("the disk is full", text);
    }

    [Fact]
    public async Task A_fault_of_the_agent_is_500_and_says_that_it_is_one()
    {
        var (status, text) = await SendAsync("GET", "policy");
        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.Equal("The agent failed: InvalidOperationException: a fault Its log says where; please report it.", text);
    }

    private sealed class FailingPolicies : IPolicyService
    {
        public Policy Import(string document) => throw new NotSupportedException();

        public Policy Get(LabelSet labels) => throw new InvalidOperationException("a fault");

        public Policy Delete(LabelSet labels) => throw new CiliumException(ErrorKind.Exhausted, "the disk is full");
    }
}
