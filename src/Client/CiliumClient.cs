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
public sealed class CiliumClient : IDisposable
{
    /// <summary>Where an agent listens unless configured otherwise.</summary>
    public const string DefaultSocket = "/var/run/cilium/cilium.sock";

    private readonly HttpClient _http;
    private readonly string _socket;

    /// <summary>A client of the agent behind a socket; nothing is opened yet.</summary>
    /// <param name="socket">Path of the unix socket.</param>
    public CiliumClient(string socket = DefaultSocket)
    {
        _socket = socket;
        _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync, PooledConnectionLifetime = TimeSpan.FromMinutes(1) })
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

    /// <param name="labels">Rules that carry all of them; empty: all rules.</param>
    public Task<Policy> DeletePolicyAsync(IReadOnlyList<string> labels, CancellationToken ct = default) =>
        SendAsync(HttpMethod.Delete, $"policy{LabelQuery(labels)}", null, ApiJson.Default.Policy, ct);

    public Task<IReadOnlyList<string>> ListTablesAsync(CancellationToken ct = default) => GetAsync("framework/tables", ApiJson.Default.IReadOnlyListString, ct);

    public Task<TableDump> GetTableAsync(string name, CancellationToken ct = default) => GetAsync($"framework/tables/{Escape(name)}", ApiJson.Default.TableDump, ct);

    public Task<IReadOnlyList<PluginInfo>> ListPluginsAsync(CancellationToken ct = default) => GetAsync("framework/plugins", ApiJson.Default.IReadOnlyListPluginInfo, ct);

    public Task<IReadOnlyList<ConfigurationValue>> ListConfigurationAsync(CancellationToken ct = default) =>
        GetAsync("framework/configuration", ApiJson.Default.IReadOnlyListConfigurationValue, ct);

    /// <summary>Events from now on, until cancelled or the agent ends. A reader that is too slow is told how many it lost.</summary>
    public async IAsyncEnumerable<MonitorEvent> ReadEventsAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "framework/events");
        using var response = await AnswerAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (await reader.ReadLineAsync(ct) is { } line)
        {
            if (line.Length > 0 && JsonSerializer.Deserialize(line, ApiJson.Default.MonitorEvent) is { } read)
                yield return read;
        }
    }

    public void Dispose() => _http.Dispose();

    private static string Escape(string value) => Uri.EscapeDataString(value);

    private static string LabelQuery(IReadOnlyList<string> labels) => labels.Count == 0 ? "" : "?" + string.Join('&', labels.Select(label => "label=" + Escape(label)));

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken ct) => await SendAsync(HttpMethod.Get, path, null, type, ct);

    private async Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent? content, JsonTypeInfo<T> type, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using var response = await AnswerAsync(request, HttpCompletionOption.ResponseContentRead, ct);
        return await response.Content.ReadFromJsonAsync(type, ct) ?? throw new ApiException(response.StatusCode, $"{method} /v1/{path}: the agent answered without a body.");
    }

    private async Task SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using var response = await AnswerAsync(request, HttpCompletionOption.ResponseContentRead, ct);
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken ct)
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, completion, ct);
        }
        catch (HttpRequestException exception)
        {
            var why = File.Exists(_socket) ? exception.InnerException?.Message ?? exception.Message : "there is no such socket";
            throw new ApiException(null, $"The agent does not answer on {_socket}: {why}. Is cilium-agent running, and may this user open the socket?", exception);
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw new ApiException(response.StatusCode, await ReadRefusalAsync(response, request, ct));
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
