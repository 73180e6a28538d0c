using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore.Etcd.Connecting;
using Cilium.Framework.Kvstore.Etcd.Failures;
using Etcdserverpb;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Kvstore.Etcd.Calls;

/// <summary>Carries out calls: asks one member after the other until one answers or the time is over.</summary>
internal sealed class EtcdClient(EtcdSettings settings, TimeProvider time, ILogger logger, Interceptor? interceptor) : IDisposable
{
    /// <summary>An election takes about a second.</summary>
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromMilliseconds(150);

    /// <summary>Part of a call's time that one attempt may take while another one may follow.</summary>
    private const double ShareOfAttempt = 0.4;

    private readonly CancellationTokenSource _closed = new();
    private readonly EtcdLogin _login = new(settings);

    public EtcdEndpoints Endpoints { get; } = new(settings, time, interceptor);

    public TimeProvider Time => time;

    public ILogger Logger => logger;

    /// <summary>Cancelled when the store is disposed.</summary>
    public CancellationToken Closed => _closed.Token;

    /// <exception cref="CiliumException">It failed; the text names every member that was asked.</exception>
    public async Task<T> CallAsync<T>(EtcdCall<T> call, CancellationToken cancellationToken)
    {
        if (_closed.IsCancellationRequested)
            throw EtcdTexts.IsClosed();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed.Token);
        try
        {
            return await AskAllAsync(call, either.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException && _closed.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw EtcdTexts.IsClosed();
        }
        catch (OperationCanceledException error) when (error.CancellationToken != cancellationToken)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    /// <summary>Asks one member for its version, if it is not known, so that nothing is sent to a server that is not understood.</summary>
    /// <exception cref="RpcException">It does not answer.</exception>
    /// <exception cref="CiliumException">It is too old.</exception>
    public async Task GreetAsync(EtcdEndpoint endpoint, TimeSpan within, CancellationToken cancellationToken)
    {
        if (endpoint.Version is not null)
            return;
        var status = await StatusAsync(endpoint, within, cancellationToken);
        EtcdVersion.Accept(status.Version);
        endpoint.Version = status.Version;
        EtcdLog.Connected(logger, endpoint.Name, status.Version);
    }

    public async Task<StatusResponse> StatusAsync(EtcdEndpoint endpoint, TimeSpan within, CancellationToken cancellationToken)
    {
        using var call = new Maintenance.MaintenanceClient(endpoint.Calls).StatusAsync(new(), Options([], within, cancellationToken));
        return await call;
    }

    /// <summary>What every call and watch carries.</summary>
    public async Task<(Metadata Headers, string? Token)> HeadersAsync(EtcdEndpoint endpoint, TimeSpan within, CancellationToken cancellationToken)
    {
        var token = await _login.TokenAsync(endpoint, Options([], within, cancellationToken));
        // A member without a leader refuses instead of waiting.
        var headers = new Metadata { { "hasleader", "true" } };
        if (token is not null)
            headers.Add("token", token);
        return (headers, token);
    }

    /// <summary>Why a member failed. Remembers what follows from it for the next call.</summary>
    public async Task<CallFailure> JudgeAsync(Exception error, EtcdEndpoint endpoint, string? token, TimeSpan waited, CancellationToken cancellationToken)
    {
        if (error is CiliumException ours)
            return new(ours.Kind, ours.Message, ours.Kind == ErrorKind.Unsupported ? CallEffect.Answered : CallEffect.NotCarriedOut);
        var rpc = TransportFailures.Wrapped(error);
        var failure = EtcdAnswers.Judge(rpc.StatusCode, rpc.Status.Detail, _login.Username);
        failure ??= await TransportFailures.JudgeAsync(rpc, endpoint, waited, cancellationToken);
        Remember(failure, endpoint, token);
        return failure;
    }

    /// <summary>What follows from a failure for the next call.</summary>
    public void Remember(CallFailure failure, EtcdEndpoint endpoint, string? token)
    {
        if (failure.TokenRefused)
            _login.Forget(token);
        if (failure.Effect != CallEffect.Answered && !failure.TokenRefused)
            Endpoints.TurnFrom(endpoint);
        if (failure.Spoken || endpoint.Version is null)
            return;
        endpoint.Version = null;
        EtcdLog.Lost(logger, endpoint.Name, failure.Text);
    }

    public CallFailure JudgeReason(string reason) => EtcdAnswers.Judge(StatusCode.Unknown, reason, _login.Username) ?? new(ErrorKind.Unavailable, reason, CallEffect.Unknown) { Spoken = true };

    public void Close() => _closed.Cancel();

    public void Dispose()
    {
        Endpoints.Dispose();
        _login.Dispose();
    }

    private async Task<T> AskAllAsync<T>(EtcdCall<T> call, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var relogged = false;
        while (true)
        {
            var failures = new List<(EtcdEndpoint Endpoint, CallFailure Failure)>();
            var endpoints = Endpoints.InOrder().ToList();
            for (var i = 0; i < endpoints.Count && Left() > TimeSpan.Zero; i++)
            {
                var (result, failure) = await AskAsync(call, endpoints[i], Left(), last: i == endpoints.Count - 1, cancellationToken);
                if (failure is null)
                    return result!;
                if (failure.TokenRefused && !relogged)
                {
                    (relogged, i) = (true, i - 1);
                    continue;
                }

                failures.Add((endpoints[i], failure));
                if (failure.Effect == CallEffect.Answered || failure.TokenRefused || (failure.Effect == CallEffect.Unknown && !call.Repeatable))
                    throw EtcdTexts.Failed(call.What, failures, failure);
            }

            if (!failures.Any(failed => failed.Failure.Passing) || Left() <= BetweenRounds)
                throw EtcdTexts.Failed(call.What, failures, failures.FirstOrDefault().Failure);
            await Task.Delay(BetweenRounds, time, cancellationToken);
        }

        TimeSpan Left() => settings.CallTimeout - time.GetElapsedTime(started);
    }

    private async Task<(T? Result, CallFailure? Failure)> AskAsync<T>(EtcdCall<T> call, EtcdEndpoint endpoint, TimeSpan left, bool last, CancellationToken cancellationToken)
    {
        var within = last ? left : left * ShareOfAttempt;
        string? token = null;
        var sent = false;
        try
        {
            await GreetAsync(endpoint, within, cancellationToken);
            (var headers, token) = await HeadersAsync(endpoint, within, cancellationToken);
            sent = true;
            if (!call.Repeatable)
                within = left;
            return (await call.SendAsync(endpoint.Calls, Options(headers, within, cancellationToken)), null);
        }
        catch (Exception error) when (TransportFailures.IsFailure(error))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var failure = await JudgeAsync(error, endpoint, token, within, cancellationToken);
            return (default, sent || failure.Effect != CallEffect.Unknown ? failure : failure with { Effect = CallEffect.NotCarriedOut });
        }
    }

    private CallOptions Options(Metadata headers, TimeSpan within, CancellationToken cancellationToken) =>
        new(headers, time.GetUtcNow().UtcDateTime + within, cancellationToken);
}
