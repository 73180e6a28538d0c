using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Client;

/// <summary>REST API v1 of an agent over its unix socket. Every refusal is an <see cref="ApiException"/> with the agent's words.</summary>
public sealed partial class CiliumClient : IDisposable
{
    /// <summary>Where an agent listens unless configured otherwise.</summary>
    public const string DefaultSocket = "/var/run/cilium/cilium.sock";

    /// <summary>Longest body that is sent at once: a socket's buffers hold it, whoever reads.</summary>
    private const int LongBody = 64 * 1024;

    private readonly HttpClient _http;
    private readonly string _socket;

    /// <summary>A client of the agent behind a socket; nothing is opened yet.</summary>
    /// <param name="socket">Path of the unix socket.</param>
    public CiliumClient(string socket = DefaultSocket)
    {
        _socket = socket;
        _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync, PooledConnectionLifetime = TimeSpan.FromMinutes(1), Expect100ContinueTimeout = TimeSpan.FromSeconds(5) })
        {
            BaseAddress = new Uri("http://cilium/v1/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public Task<StatusResponse> GetStatusAsync(CancellationToken ct = default) => GetAsync("healthz", ApiJson.Default.StatusResponse, ct);

    public Task<DaemonConfiguration> GetConfigurationAsync(CancellationToken ct = default) => GetAsync("config", ApiJson.Default.DaemonConfiguration, ct);

    public Task<IReadOnlyList<Endpoint>> ListEndpointsAsync(CancellationToken ct = default) => ListEndpointsAsync([], ct);

    /// <param name="labels">Only endpoints that carry all of them.</param>
    public Task<IReadOnlyList<Endpoint>> ListEndpointsAsync(IReadOnlyList<string> labels, CancellationToken ct = default) => GetAsync($"endpoint{LabelQuery(labels)}", ApiJson.Default.IReadOnlyListEndpoint, ct);

    /// <param name="id">Number, or <c>container-id:</c>, <c>ipv4:</c>, <c>ipv6:</c> with a value.</param>
    public Task<Endpoint> GetEndpointAsync(string id, CancellationToken ct = default) => GetAsync($"endpoint/{Escape(id)}", ApiJson.Default.Endpoint, ct);

    /// <param name="id">Number, or <c>container-id:</c> with a value.</param>
    public Task<Endpoint> PutEndpointAsync(string id, EndpointChangeRequest request, CancellationToken ct = default) => SendAsync(
        HttpMethod.Put, $"endpoint/{Escape(id)}", JsonContent.Create(request, ApiJson.Default.EndpointChangeRequest), ApiJson.Default.Endpoint, ct);

    /// <param name="id">Number, or <c>container-id:</c>, <c>ipv4:</c>, <c>ipv6:</c> with a value.</param>
    public Task DeleteEndpointAsync(string id, CancellationToken ct = default) => SendAsync(HttpMethod.Delete, $"endpoint/{Escape(id)}", null, ct);

    public Task<IReadOnlyList<Identity>> ListIdentitiesAsync(CancellationToken ct = default) => GetAsync("identity", ApiJson.Default.IReadOnlyListIdentity, ct);

    public Task<Identity> GetIdentityAsync(string id, CancellationToken ct = default) => GetAsync($"identity/{Escape(id)}", ApiJson.Default.Identity, ct);

    /// <param name="owner">Stable name of the holder.</param>
    /// <param name="family"><c>ipv4</c>, <c>ipv6</c>, or null for every family that is enabled.</param>
    public Task<IpamResponse> AllocateAddressAsync(string owner, string? family = null, CancellationToken ct = default) => SendAsync(
        HttpMethod.Post, $"ipam?owner={Escape(owner)}{(family is null ? "" : $"&family={family}")}", null, ApiJson.Default.IpamResponse, ct);

    public Task<IpamResponse> AllocateAddressAsync(string owner, IPAddress address, CancellationToken ct = default) => SendAsync(
        HttpMethod.Post, $"ipam/{Escape(address.ToString())}?owner={Escape(owner)}", null, ApiJson.Default.IpamResponse, ct);

    public Task ReleaseAddressAsync(string address, CancellationToken ct = default) => SendAsync(HttpMethod.Delete, $"ipam/{Escape(address)}", null, ct);

    /// <param name="labels">Only rules that carry all of them; empty: all rules.</param>
    public Task<Policy> GetPolicyAsync(IReadOnlyList<string> labels, CancellationToken ct = default) => GetAsync($"policy{LabelQuery(labels)}", ApiJson.Default.Policy, ct);

    /// <param name="document">YAML or JSON.</param>
    public Task<Policy> PutPolicyAsync(string document, CancellationToken ct = default) => SendAsync(
        HttpMethod.Put, "policy", new StringContent(document, Encoding.UTF8, "text/plain"), ApiJson.Default.Policy, ct);

    /// <param name="labels">Rules that carry all of them; the agent refuses an empty list.</param>
    public Task<Policy> DeletePolicyAsync(IReadOnlyList<string> labels, CancellationToken ct = default) =>
        SendAsync(HttpMethod.Delete, $"policy{LabelQuery(labels)}", null, ApiJson.Default.Policy, ct);

    public Task<Policy> DeleteAllPoliciesAsync(CancellationToken ct = default) => SendAsync(HttpMethod.Delete, "policy?all=true", null, ApiJson.Default.Policy, ct);

    public Task<IReadOnlyList<string>> ListTablesAsync(CancellationToken ct = default) => GetAsync("framework/tables", ApiJson.Default.IReadOnlyListString, ct);

    public Task<TableDump> GetTableAsync(string name, CancellationToken ct = default) => GetAsync($"framework/tables/{Escape(name)}", ApiJson.Default.TableDump, ct);

    public Task<IReadOnlyList<PluginInfo>> ListPluginsAsync(CancellationToken ct = default) => GetAsync("framework/plugins", ApiJson.Default.IReadOnlyListPluginInfo, ct);

    public Task<IReadOnlyList<ConfigurationValue>> ListConfigurationAsync(CancellationToken ct = default) =>
        GetAsync("framework/configuration", ApiJson.Default.IReadOnlyListConfigurationValue, ct);

    /// <summary>Which nodes the agent reaches.</summary>
    /// <param name="ct">Gives up.</param>
    public Task<ClusterHealth> GetHealthAsync(CancellationToken ct = default) => GetAsync("framework/health", ApiJson.Default.ClusterHealth, ct);

    /// <summary>Events from now on, until cancelled. A reader that is too slow is told how many it lost.</summary>
    /// <exception cref="ApiException">The agent refuses, stopped or went away.</exception>
    public async IAsyncEnumerable<MonitorEvent> ReadEventsAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        await foreach (var read in ReadLinesAsync("framework/events", ApiJson.Default.MonitorEvent, ct))
            yield return read;
    }

    public void Dispose() => _http.Dispose();

    private static string Escape(string value) => Uri.EscapeDataString(value);

    private static string LabelQuery(IReadOnlyList<string> labels) => labels.Count == 0 ? "" : "?" + string.Join('&', labels.Select(label => "label=" + Escape(label)));

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken ct) => await SendAsync(HttpMethod.Get, path, null, type, ct);

    private async Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent? content, JsonTypeInfo<T> type, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using var response = await AnswerAsync(request, HttpCompletionOption.ResponseContentRead, ct);
        return Read(await response.Content.ReadAsStringAsync(ct), type);
    }

    private async Task SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using var response = await AnswerAsync(request, HttpCompletionOption.ResponseContentRead, ct);
    }

    /// <summary>One document a line, until cancelled.</summary>
    private async IAsyncEnumerable<T> ReadLinesAsync<T>(string path, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await AnswerAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (true)
        {
            var line = await ReadLineAsync(reader, ct) ?? throw new ApiException(null, $"The agent on {_socket} stopped and ended the stream of events. Run the command again when it is back.");
            if (line.Length > 0)
                yield return Read(line, type);
        }
    }

    private T Read<T>(string text, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(text, type) ?? throw new JsonException();
        }
        catch (JsonException exception)
        {
            throw new ApiException(null, $"What listens on {_socket} answered with what this client does not understand: \"{(text.Length > 60 ? text[..60] + "..." : text)}\". Are cilium and cilium-agent of one version?", exception);
        }
    }

    private async Task<string?> ReadLineAsync(StreamReader reader, CancellationToken ct)
    {
        try
        {
            return await reader.ReadLineAsync(ct);
        }
        catch (IOException exception)
        {
            throw new ApiException(null, $"The agent went away while events were read from {_socket}. Run the command again when it is back; its log says why it ended.", exception);
        }
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken ct)
    {
        if (request.Content?.Headers.ContentLength > ApiLimits.MaxBodyLength)
            throw new ApiException(HttpStatusCode.RequestEntityTooLarge, ApiLimits.TooLarge(request.Content.Headers.ContentLength));
        // A refusal is read before the body is sent: afterwards the agent has closed the connection, and its words would be lost.
        request.Headers.ExpectContinue = request.Content?.Headers.ContentLength > LongBody;
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, completion, ct);
        }
        catch (HttpRequestException exception)
        {
            throw Silent(exception);
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw new ApiException(response.StatusCode, await ReadRefusalAsync(response, request, ct));
    }

    private ApiException Silent(HttpRequestException exception)
    {
        if (exception.HttpRequestError != HttpRequestError.ConnectionError)
            return new(null, $"The agent went away while it was asked on {_socket}: {FailureText.Of(exception.InnerException ?? exception)}. What became of the request is not known; ask again when it is back.", exception);
        // EAGAIN: the agent listens, and its queue is full.
        if (exception.InnerException is SocketException { SocketErrorCode: SocketError.WouldBlock or SocketError.TryAgain })
            return new(null, $"The agent on {_socket} has more connections waiting than it can hold. Nothing was changed; run the command again in a moment.", exception);
        var why = File.Exists(_socket) ? FailureText.Of(exception.InnerException ?? exception) : "there is no such socket";
        return new(null, $"The agent does not answer on {_socket}: {why}. Is cilium-agent running, and may this user open the socket?", exception);
    }

    private static async Task<string> ReadRefusalAsync(HttpResponseMessage response, HttpRequestMessage request, CancellationToken ct)
    {
        var body = await response.Content.ReadAsStringAsync(ct);
        try
        {
            if (JsonSerializer.Deserialize(body, ApiJson.Default.ApiError) is { } error)
                return error.Error;
        }
        catch (JsonException)
        {
            // Not the agent's own error body: show it as it is.
        }

        return $"{request.Method} {request.RequestUri}: {(int)response.StatusCode} {response.ReasonPhrase} {body}".TrimEnd();
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
