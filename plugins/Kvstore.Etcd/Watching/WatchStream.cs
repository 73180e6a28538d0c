using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore.Etcd.Calls;
using Cilium.Framework.Kvstore.Etcd.Connecting;
using Cilium.Framework.Kvstore.Etcd.Failures;
using Etcdserverpb;
using Grpc.Core;

namespace Cilium.Framework.Kvstore.Etcd.Watching;

/// <summary>One watch of etcd on a stream of its own: nobody else's end, pace or login touches it.</summary>
internal sealed class WatchStream : IDisposable
{
    private static readonly TimeSpan OpensWithin = TimeSpan.FromSeconds(3);

    private readonly EtcdClient _client;
    private readonly EtcdEndpoint _endpoint;
    private readonly string? _token;
    private readonly CancellationTokenSource _ended;
    private readonly AsyncDuplexStreamingCall<WatchRequest, WatchResponse> _call;

    private WatchStream(EtcdClient client, EtcdEndpoint endpoint, Metadata headers, string? token, CancellationToken cancellationToken)
    {
        (_client, _endpoint, _token) = (client, endpoint, token);
        _ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _call = new Watch.WatchClient(endpoint.Watches).Watch(headers, cancellationToken: _ended.Token);
    }

    /// <summary>What the member said of its history when it opened the watch.</summary>
    public ResponseHeader Opened { get; private set; } = new();

    /// <summary>Asks one member after the other.</summary>
    /// <exception cref="CiliumException">None of them opens it.</exception>
    public static async Task<WatchStream> OpenAsync(EtcdClient client, WatchCreateRequest request, CancellationToken cancellationToken)
    {
        var failures = new List<(EtcdEndpoint Endpoint, CallFailure Failure)>();
        foreach (var endpoint in client.Endpoints.InOrder().ToList())
        {
            WatchStream? stream = null;
            string? token = null;
            try
            {
                await client.GreetAsync(endpoint, OpensWithin, cancellationToken);
                (var headers, token) = await client.HeadersAsync(endpoint, OpensWithin, cancellationToken);
                stream = new(client, endpoint, headers, token, cancellationToken);
                await stream.CreateAsync(request);
                return stream;
            }
            catch (Exception error) when (TransportFailures.IsFailure(error))
            {
                stream?.Dispose();
                cancellationToken.ThrowIfCancellationRequested();
                failures.Add((endpoint, await client.JudgeAsync(error, endpoint, token, OpensWithin, cancellationToken)));
            }
        }

        throw new CiliumException(ErrorKind.Unavailable, EtcdTexts.Reasons(failures));
    }

    /// <exception cref="CiliumException">The stream broke; open another.</exception>
    public async Task<WatchResponse> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!await _call.ResponseStream.MoveNext(cancellationToken))
                throw new RpcException(new Status(StatusCode.Unavailable, "the server ended the stream"));
        }
        catch (Exception error) when (TransportFailures.IsFailure(error))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Broken(await _client.JudgeAsync(error, _endpoint, _token, OpensWithin, cancellationToken));
        }

        var response = _call.ResponseStream.Current;
        if (response is { Canceled: true, CompactRevision: 0 })
            throw Broken(_client.JudgeReason(response.CancelReason));
        return response;
    }

    public void Dispose()
    {
        _ended.Cancel();
        _call.Dispose();
        _ended.Dispose();
    }

    private async Task CreateAsync(WatchCreateRequest request)
    {
        _ended.CancelAfter(OpensWithin);
        await _call.RequestStream.WriteAsync(new() { CreateRequest = request }, _ended.Token);
        if (!await _call.ResponseStream.MoveNext(_ended.Token))
            throw new RpcException(new Status(StatusCode.Unavailable, "the server ended the stream"));
        // etcd says "created" even to whom it refuses.
        var created = _call.ResponseStream.Current;
        if (created is { Canceled: true, CompactRevision: 0 })
            throw Broken(_client.JudgeReason(created.CancelReason));
        Opened = created.Header;
        _ended.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    private CiliumException Broken(CallFailure failure)
    {
        _client.Remember(failure, _endpoint, _token);
        return new(failure.Kind, $"{_endpoint.Name}: {failure.Text}");
    }
}
