using System.Net.Sockets;
using System.Security.Authentication;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore.Etcd.Connecting;
using Grpc.Core;

namespace Cilium.Framework.Kvstore.Etcd.Failures;

/// <summary>Finds out why a member could not be reached, and says it in one sentence.</summary>
internal static class TransportFailures
{
    /// <summary>A call or stream ended without an answer. Streams let through as it is what breaks a connection, where calls wrap it.</summary>
    public static bool IsFailure(Exception error) => error is RpcException or CiliumException or IOException or HttpRequestException;

    /// <summary>What a stream let through, as a call would have said it.</summary>
    public static RpcException Wrapped(Exception error) => error as RpcException ?? new(new Status(StatusCode.Unavailable, error.Message, error));

    /// <param name="failure">What the call ended with.</param>
    /// <param name="endpoint">The member.</param>
    /// <param name="waited">How long its answer was awaited.</param>
    /// <param name="cancellationToken">Gives up asking it what it speaks.</param>
    public static async Task<CallFailure> JudgeAsync(RpcException failure, EtcdEndpoint endpoint, TimeSpan waited, CancellationToken cancellationToken)
    {
        var causes = Causes(failure).ToList();
        if (causes.OfType<CiliumException>().FirstOrDefault() is { } ours)
            return new(ours.Kind, ours.Message, CallEffect.NotCarriedOut);
        if (causes.OfType<AuthenticationException>().Any() && endpoint.CertificateProblem is { } problem)
            return new(ErrorKind.Unavailable, problem, CallEffect.NotCarriedOut);
        var connecting = causes.OfType<HttpRequestException>().Any(cause =>
            cause.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError);
        var socket = connecting ? causes.OfType<SocketException>().FirstOrDefault() : null;
        // Who does not understand a handshake may answer it with a reset.
        if (socket is { SocketErrorCode: not (SocketError.ConnectionReset or SocketError.Shutdown) })
            return new(ErrorKind.Unavailable, Words(socket), CallEffect.NotCarriedOut);
        // What has never been understood may be another language.
        if (endpoint.Version is null && await SpokenProtocol.MismatchAsync(endpoint, cancellationToken) is { } mismatch)
            return new(mismatch.IsCertificate ? ErrorKind.Denied : ErrorKind.Unavailable, mismatch.Text, CallEffect.NotCarriedOut);
        if (socket is not null)
            return new(ErrorKind.Unavailable, Words(socket), CallEffect.NotCarriedOut);
        // Cancelled by us, when opening took too long.
        if (failure.StatusCode is StatusCode.DeadlineExceeded or StatusCode.Cancelled)
            return new(ErrorKind.Unavailable, $"no answer within {waited.TotalSeconds:0.#} s", CallEffect.Unknown);
        var last = causes.LastOrDefault()?.Message ?? failure.Status.Detail;
        return new(ErrorKind.Unavailable, connecting ? $"no connection: {last.TrimEnd('.')}" : $"the connection broke: {last.TrimEnd('.')}", connecting ? CallEffect.NotCarriedOut : CallEffect.Unknown);
    }

    private static string Words(SocketException cause) => cause.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData => "its name cannot be resolved",
        SocketError.TimedOut => "no connection in time",
        _ => $"no connection: {cause.Message}",
    };

    private static IEnumerable<Exception> Causes(RpcException failure)
    {
        for (var cause = failure.Status.DebugException ?? failure.InnerException; cause is not null; cause = cause.InnerException)
            yield return cause;
    }
}
