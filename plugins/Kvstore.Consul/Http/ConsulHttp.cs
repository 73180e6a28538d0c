using System.Globalization;
using System.Net.Http.Headers;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Kvstore.Consul.Http;

/// <summary>The only place that speaks HTTP: addresses, headers, deadlines, failures.</summary>
internal sealed class ConsulHttp : IDisposable
{
    private readonly ConsulSettings _settings;
    private readonly TimeProvider _time;
    private readonly TokenSource _token;
    private readonly HttpClient _client;
    private readonly CancellationTokenSource _closed = new();
    private int _current;

    public ConsulHttp(ConsulSettings settings, TimeProvider time)
    {
        (_settings, _time, _token) = (settings, time, new(settings));
        // Deadlines are those of each request: a watch waits longer than a call.
        _client = new(new TlsFiles(settings).NewHandler()) { Timeout = Timeout.InfiniteTimeSpan };
        Closed = _closed.Token;
    }

    public CancellationToken Closed { get; }

    /// <summary>Who is asked at the moment.</summary>
    public Uri Address => _settings.Addresses[Volatile.Read(ref _current) % _settings.Addresses.Count];

    public Task<ConsulAnswer> ReadAsync(string path, CancellationToken cancellationToken) =>
        CallAsync(new(HttpMethod.Get, path, null), repeatable: true, cancellationToken);

    public Task<ConsulAnswer> ReadAsync(string path, byte[] body, CancellationToken cancellationToken) =>
        CallAsync(new(HttpMethod.Put, path, body), repeatable: true, cancellationToken);

    /// <summary>Sent to another server only when the first one certainly did nothing.</summary>
    public Task<ConsulAnswer> WriteAsync(string path, byte[] body, CancellationToken cancellationToken) =>
        CallAsync(new(HttpMethod.Put, path, body), repeatable: false, cancellationToken);

    /// <summary>Waits at the server; one attempt.</summary>
    /// <param name="wait">How long the server may wait; it adds up to a sixteenth.</param>
    public Task<ConsulAnswer> WaitAsync(string path, ulong index, TimeSpan wait, CancellationToken cancellationToken)
    {
        var query = string.Create(CultureInfo.InvariantCulture, $"{path}&index={index}&wait={wait.TotalSeconds:0}s");
        return AttemptAsync(new(HttpMethod.Get, query, null), Address, (wait * 17 / 16) + _settings.Timeout, cancellationToken);
    }

    /// <summary>Asks this address only, once.</summary>
    public Task<ConsulAnswer> AskAsync(Uri address, string path, TimeSpan within, CancellationToken cancellationToken) =>
        AttemptAsync(new(HttpMethod.Get, path, null), address, within, cancellationToken);

    /// <summary>Asks another address from now on, unless that happened already.</summary>
    public void Leave(Uri address)
    {
        var current = Volatile.Read(ref _current);
        if (_settings.Addresses[current % _settings.Addresses.Count] == address)
            Interlocked.CompareExchange(ref _current, (current + 1) % _settings.Addresses.Count, current);
    }

    public void Dispose()
    {
        _closed.Cancel();
        _client.Dispose();
        _closed.Dispose();
    }

    private async Task<ConsulAnswer> CallAsync(Request request, bool repeatable, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            var address = Address;
            var left = _settings.Timeout - _time.GetElapsedTime(started);
            var others = _settings.Addresses.Count - attempt;
            try
            {
                // A read leaves time to ask the others; a write that was sent is not sent again, so it may take all of it.
                return await AttemptAsync(request, address, repeatable ? left / (others + 1) : left, cancellationToken);
            }
            catch (ConsulFailureException failure) when (failure.Kind == ErrorKind.Unavailable)
            {
                Leave(address);
                if (others <= 0 || !(repeatable || failure.NothingHappened) || _time.GetElapsedTime(started) >= _settings.Timeout)
                    throw;
            }
        }
    }

    private async Task<ConsulAnswer> AttemptAsync(Request request, Uri address, TimeSpan within, CancellationToken cancellationToken)
    {
        if (Closed.IsCancellationRequested)
            throw NotOpen();
        using var deadline = new CancellationTokenSource(within, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token, Closed);
        try
        {
            using var message = ToMessage(request, address);
            using var response = await _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var body = await response.Content.ReadAsByteArrayAsync(either.Token);
            var knownLeader = HeaderOf(response.Headers, "X-Consul-KnownLeader") is { } known ? known == "true" : (bool?)null;
            if (FailureText.Of(address, response.StatusCode, body, knownLeader) is { } failure)
                throw failure;
            return new(address, response.StatusCode, body, ulong.TryParse(HeaderOf(response.Headers, "X-Consul-Index"), CultureInfo.InvariantCulture, out var index) ? index : 0);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Closed.IsCancellationRequested ? NotOpen() : FailureText.Silence(address, within);
        }
        catch (Exception error) when (error is HttpRequestException or IOException && !cancellationToken.IsCancellationRequested)
        {
            throw Closed.IsCancellationRequested ? NotOpen() : FailureText.Of(address, error);
        }
        catch (ObjectDisposedException) when (Closed.IsCancellationRequested)
        {
            throw NotOpen();
        }
    }

    private HttpRequestMessage ToMessage(Request request, Uri address)
    {
        var path = _settings.Datacenter is { } datacenter ? $"{request.Path}{(request.Path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}dc={Uri.EscapeDataString(datacenter)}" : request.Path;
        var message = new HttpRequestMessage(request.Method, new Uri(address, path));
        if (_token.Read() is { } token)
            message.Headers.Add("X-Consul-Token", token);
        // With its length: Consul ignores the body of some requests that come in chunks.
        if (request.Body is { } body)
            message.Content = new ByteArrayContent(body);
        return message;
    }

    private static string? HeaderOf(HttpResponseHeaders headers, string name) => headers.TryGetValues(name, out var values) ? values.First() : null;

    private ConsulFailureException NotOpen() => new(ErrorKind.Unavailable, $"kvstore consul: {FailureText.Of(Address)}: the store is closed.", nothingHappened: true);

    private sealed record Request(HttpMethod Method, string Path, byte[]? Body);
}
