using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab.Servers;

/// <summary>etcd's JSON interface: how the lab asks and commands a member without any client of ours.</summary>
public sealed class EtcdApi : IDisposable
{
    /// <summary>Revision of a server to which nothing was ever written.</summary>
    private const long Empty = 1;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly HttpClient _http;
    private string? _token;

    internal EtcdApi(Uri address, EtcdTls? tls, NetworkNamespace? networkNamespace)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        if (networkNamespace is not null)
            handler.ConnectCallback = (context, ct) => ConnectAsync(networkNamespace, context.DnsEndPoint, ct);
        // Whatever is wrong with the certificate on purpose: it must be the one that the lab has given to the server.
        if (tls is not null)
            handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => X509Certificate2.CreateFromPem(File.ReadAllText(tls.Certificate)).RawDataMemory.Span.SequenceEqual(shown?.GetRawCertData());
        if (tls is { LabCertificate: { } certificate, LabKey: { } key })
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => X509Certificate2.CreateFromPemFile(certificate, key);
        _http = new(handler) { BaseAddress = address, Timeout = Patience };
    }

    /// <summary>It takes part in a cluster with a leader.</summary>
    /// <param name="ct">Gives up.</param>
    public async Task<bool> IsHealthyAsync(CancellationToken ct)
    {
        using var answer = await _http.GetAsync(new Uri("/health", UriKind.Relative), ct);
        return answer.IsSuccessStatusCode && (await answer.Content.ReadAsStringAsync(ct)).Contains("true", StringComparison.Ordinal);
    }

    /// <summary>Carries out one call.</summary>
    /// <param name="path">Such as <c>kv/range</c>.</param>
    /// <param name="body">JSON; bytes are base64.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="LabException">It was refused.</exception>
    public async Task<JsonNode> PostAsync(string path, string body, CancellationToken ct)
    {
        using var request = Request(path, body);
        using var answer = await _http.SendAsync(request, ct);
        var text = await answer.Content.ReadAsStringAsync(ct);
        return answer.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new LabException($"etcd refused {path} {body}: {(int)answer.StatusCode} {text}");
    }

    /// <summary>Asks as a user from now on.</summary>
    /// <param name="name">The user.</param>
    /// <param name="password">Its password.</param>
    /// <param name="ct">Gives up.</param>
    public async Task LogInAsync(string name, string password, CancellationToken ct) =>
        _token = (string)(await PostAsync("auth/authenticate", $$"""{"name":"{{name}}","password":"{{password}}"}""", ct))["token"]!;

    /// <summary>The cluster's revision.</summary>
    /// <param name="ct">Gives up.</param>
    public async Task<long> RevisionAsync(CancellationToken ct) =>
        long.Parse((string)(await PostAsync("kv/range", """{"key":"AA=="}""", ct))["header"]!["revision"]!, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Forgets everything before the cluster's revision.</summary>
    /// <param name="ct">Gives up.</param>
    public async Task CompactAsync(CancellationToken ct) => await PostAsync("kv/compaction", $$"""{"revision":"{{await RevisionAsync(ct)}}","physical":true}""", ct);

    /// <summary>Removes every key.</summary>
    /// <param name="ct">Gives up.</param>
    public async Task DeleteAllAsync(CancellationToken ct) => await PostAsync("kv/deleterange", """{"key":"AA==","range_end":"AA=="}""", ct);

    /// <summary>Everything that ever happened to keys, oldest first, up to now.</summary>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="LabException">A part of it was compacted, or the member went away meanwhile.</exception>
    /// <exception cref="TimeoutException">Nothing more of it came for a while.</exception>
    public async Task<IReadOnlyList<EtcdChange>> HistoryAsync(CancellationToken ct)
    {
        var (last, changes) = (await RevisionAsync(ct), new List<EtcdChange>());
        using var request = Request("watch", """{"create_request":{"key":"AA==","range_end":"AA==","start_revision":"1"}}""");
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(ct));
        while (changes.Count == 0 ? last > Empty : changes[^1].Revision < last)
        {
            var line = await reader.ReadLineAsync(ct).AsTask().WaitAsync(Patience, ct) ?? throw new LabException($"etcd ended the history before revision {last}.");
            var result = JsonNode.Parse(line)!["result"];
            if (result is null || (bool?)result["canceled"] == true)
                throw new LabException($"etcd does not tell its history: {line}");
            changes.AddRange(result["events"]?.AsArray().Select(change => EtcdChange.Read(change!)) ?? []);
        }

        return changes;
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Request(string path, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/v3/{path}", UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (_token is not null)
            request.Headers.TryAddWithoutValidation("Authorization", _token);
        return request;
    }

    private static async ValueTask<Stream> ConnectAsync(NetworkNamespace networkNamespace, DnsEndPoint target, CancellationToken ct)
    {
        var socket = networkNamespace.Run(() => new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(target.Host.Trim('[', ']')), target.Port), ct);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
