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
        Endpoints = null!, Identities = null!, Ipam = null!, Policies = new FailingPolicies(), Kvstore = null!, Events = null!, Tables = null!, Time = TimeProvider.System, Status = null!, Health = null!, Configuration = null!, RouteLedger = null!, Mtu = null!, RouteExchange = null!,
        Plugins = [], ConfigurationValues = [], Stopping = default,
    };

    private async Task<(HttpStatusCode Status, string Text)> SendAsync(string method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = content };
        return await SendAsync(request);
    }

    private async Task<(HttpStatusCode Status, string Text)> SendAsync(HttpRequestMessage request)
    {
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
        Assert.Equal("PATCH /v1/policy: the method is not accepted here. Accepted: DELETE, GET, HEAD, PUT.", text);
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
    [InlineData("policy", 20)]
    public async Task A_body_that_is_too_long_is_refused_before_it_is_sent(string path, int megabytes)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = new ByteArrayContent(new byte[megabytes << 20]) };
        request.Headers.ExpectContinue = true;
        var (status, text) = await SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Equal($"The document is larger than 4 MiB ({megabytes << 20} bytes). Split it. Nothing was changed.", text);
    }

    [Fact]
    public async Task A_body_of_unknown_length_is_counted_while_it_is_read()
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "policy") { Content = new ByteArrayContent(new byte[5 << 20]) };
        request.Headers.TransferEncodingChunked = true;
        var (status, text) = await SendAsync(request);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "The document is larger than 4 MiB. Split it. Nothing was changed."), (status, text));
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

    [Theory]
    [InlineData("", null, "No labels are given. Accepted: a JSON list of labels in the body, label= in the query, or all=true for every rule. Nothing was deleted.")]
    [InlineData("", "[]", "No labels are given.")]
    [InlineData("?all=false", null, "No labels are given.")]
    [InlineData("?all=yes", null, "all: \"yes\" is not accepted. Accepted: true, false. Nothing was deleted.")]
    [InlineData("?all=true", "[\"k8s:a=b\"]", "all: excludes labels, but ")]
    [InlineData("?all=true&all=true", null, "all: is given more than once.")]
    [InlineData("?labels=k8s:a=b", null, "\"labels\": is not a query parameter of this path. Nearest accepted: label. Nothing was changed.")]
    [InlineData("?Labels=k8s:a=b", null, "\"Labels\": is not a query parameter of this path. Nearest accepted: label.")]
    [InlineData("?Label=k8s:a=b", null, "\"Label\": is not a query parameter of this path. Nearest accepted: label.")]
    [InlineData("", "{\"labels\":[]}", "Accepted: a list.")]
    [InlineData("", "\"k8s:a=b\"", "Accepted: a list.")]
    public async Task Rules_are_deleted_only_when_it_is_said_which(string query, string? body, string expected)
    {
        var (status, text) = await SendAsync("DELETE", "policy" + query, body is null ? null : Body(body));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(expected, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "[\"k8s:a=b\",\"k8s:c=d\"]")]
    [InlineData("?label=k8s:a=b&label=k8s:c=d", null)]
    [InlineData("?label=k8s:c=d", "[\"k8s:a=b\"]")]
    public async Task Labels_of_rules_are_read_from_the_body_and_the_query(string query, string? body)
    {
        var (_, text) = await SendAsync("DELETE", "policy" + query, body is null ? null : Body(body));
        Assert.Equal($"asked to delete {LabelSet.Parse("k8s:a=b", "k8s:c=d")}", text);
    }

    [Theory]
    [InlineData("GET", "healthz?verbose=1", "\"verbose\": is not a query parameter of this path. It has none.")]
    [InlineData("GET", "endpoint?lable=k8s:a=b", "Nearest accepted: label.")]
    [InlineData("GET", "identity?something=x", "Accepted: label.")]
    [InlineData("PUT", "endpoint/7?dry-run=true", "\"dry-run\": is not a query parameter of this path.")]
    [InlineData("POST", "ipam?owner=a&owner=b", "owner: is given more than once. Accepted: one value.")]
    [InlineData("POST", "ipam?famly=ipv4&owner=a", "\"famly\": is not a query parameter of this path. Nearest accepted: family.")]
    [InlineData("POST", "ipam", "owner: missing.")]
    [InlineData("POST", "ipam?owner=a%00b", "owner: \"a\\u0000b\", 3 characters. Accepted: at most 253 printable ASCII characters without blanks")]
    [InlineData("POST", "ipam?owner=a%0Ab", "owner: \"a\\u000ab\"")]
    [InlineData("POST", "ipam?owner=%C3%BC", "owner: \"\\u00fc\"")]
    [InlineData("POST", "ipam/10.1.0.2?owner=a+b", "owner: \"a b\"")]
    [InlineData("POST", "ipam?owner=endpoint:lxc1:10.1.0.2", "is how the agent names what endpoints hold.")]
    public async Task A_query_that_is_not_understood_is_refused_on_every_path(string method, string path, string expected)
    {
        var (status, text) = await SendAsync(method, path, method == "PUT" ? Body("{}") : null);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(expected, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_nested_too_deep_is_called_that()
    {
        var (status, text) = await SendAsync("PUT", "endpoint/0", Body(new string('[', 100) + new string(']', 100)));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.StartsWith("The body is nested deeper than 16 levels: line 1, ", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plugins")]
    [InlineData("configuration")]
    [InlineData("events")]
    public async Task Head_works_where_get_does(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, "framework/" + path);
        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("GET /v1/endpoint/a%00b HTTP/1.1\r\nHost: a\r\n\r\n", "400 Bad Request")]
    [InlineData("GET /v1/policy HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400 Bad Request")]
    [InlineData("this is not HTTP\r\n\r\n", "505 HTTP Version Not Supported")]
    public async Task What_is_no_request_is_answered_with_a_body_too(string sent, string status)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_folder["api.sock"]), TestContext.Current.CancellationToken);
        await socket.SendAsync(Encoding.ASCII.GetBytes(sent), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(new NetworkStream(socket));
        var answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith($"HTTP/1.1 {status}\r\n", answer, StringComparison.Ordinal);
        var body = answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        Assert.Contains($"Content-Length: {body.Length}\r\n", answer, StringComparison.Ordinal);
        Assert.StartsWith("The request is not HTTP as this server reads it: ", JsonSerializer.Deserialize(body, ApiJson.Default.ApiError)!.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(408, "The request did not arrive in time")]
    [InlineData(413, "The document is larger than 4 MiB.")]
    public void Refusals_of_the_server_itself_have_the_agents_words(int status, string expected) => Assert.StartsWith(expected, Refusals.Words(status), StringComparison.Ordinal);

    [Fact]
    public async Task A_full_disk_is_503_with_its_words()
    {
        var (status, text) = await SendAsync("DELETE", "policy?all=true");
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

        public Policy Delete(LabelSet labels) => labels.Count == 0 ? throw new CiliumException(ErrorKind.Exhausted, "the disk is full") : throw new RefusedException(404, $"asked to delete {labels}");
    }
}
