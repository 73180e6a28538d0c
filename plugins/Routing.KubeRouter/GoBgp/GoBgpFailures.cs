using System.Net.Sockets;
using Cilium.Framework.Errors;
using Grpc.Core;

namespace Cilium.Framework.Routing.KubeRouter.GoBgp;

/// <summary>Puts what GoBGP or the way to it says into words.</summary>
internal sealed class GoBgpFailures(GoBgpAddress address)
{
    private const string WhereToListen = "Start kube-router with its GoBGP port (--gobgp-admin-port and --gobgp-admin-address, where it has them), or correct the address";

    // Text of Grpc.Net.Client for an HTTP answer without gRPC's headers.
    private const string NoGrpc = "Bad gRPC response";

    /// <summary>Most characters of foreign words that a text repeats.</summary>
    private const int MostOfDetail = 200;

    /// <summary>What answered there was a GoBGP: what is not understood from now on is a connection that breaks, and no other protocol.</summary>
    public bool IsUnderstood { get; set; }

    /// <summary>A call or stream ended without an answer. Streams let through as it is what breaks a connection, where calls wrap it.</summary>
    public static bool IsFailure(Exception error) => error is RpcException or IOException or HttpRequestException;

    /// <summary>The peer speaks gRPC and does not know this service, or not this call of it.</summary>
    public static bool IsUnknown(RpcException failure) => failure.StatusCode == StatusCode.Unimplemented && !failure.Status.Detail.StartsWith(NoGrpc, StringComparison.Ordinal);

    /// <param name="what">What cannot be done.</param>
    /// <param name="failure">What the call ended with.</param>
    /// <param name="waited">How long its answer was awaited.</param>
    public CiliumException Of(string what, Exception failure, TimeSpan waited)
    {
        var (kind, reason) = Judge(failure, waited);
        return new(kind, $"gobgp {address}: {what}: {reason}.", failure);
    }

    public CiliumException Of(ErrorKind kind, string what, string reason) => new(kind, $"gobgp {address}: {what}: {reason}.");

    private (ErrorKind Kind, string Reason) Judge(Exception failure, TimeSpan waited)
    {
        var rpc = failure as RpcException ?? new(new Status(StatusCode.Unavailable, failure.Message, failure));
        var causes = Causes(rpc).ToList();
        if (causes.OfType<SocketException>().FirstOrDefault() is { } socket && causes.OfType<HttpRequestException>().Any(cause => cause.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError))
            return (ErrorKind.Unavailable, Words(socket));
        return rpc.StatusCode switch
        {
            StatusCode.DeadlineExceeded => (ErrorKind.Unavailable, $"no answer within {waited.TotalSeconds:0.#} s"),
            StatusCode.Unknown when rpc.Status.Detail.Contains("hasn't started", StringComparison.Ordinal) => (ErrorKind.Unavailable, "BGP is not started in it"),
            StatusCode.Unimplemented when IsUnknown(rpc) => (ErrorKind.Unavailable, $"another version, or no GoBGP, answers there now ({Detail(rpc)})"),
            StatusCode.Unknown or StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.NotFound or StatusCode.AlreadyExists or StatusCode.Aborted or StatusCode.OutOfRange
                => (ErrorKind.Invalid, $"it refuses: {Detail(rpc)}"),
            StatusCode.PermissionDenied or StatusCode.Unauthenticated => (ErrorKind.Denied, $"it refuses: {Detail(rpc)}"),
            _ when !IsUnderstood && IsOtherProtocol(rpc, causes) => (ErrorKind.Unavailable, $"what answers there does not speak gRPC without TLS, so it is no GoBGP of kube-router ({Last(rpc, causes)}). Correct the address"),
            _ => (ErrorKind.Unavailable, $"the connection broke: {Last(rpc, causes)}"),
        };
    }

    private string Words(SocketException cause) => cause.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => $"nobody listens there. {WhereToListen}",
        SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData => "its name cannot be resolved",
        SocketError.TimedOut => "no connection in time",
        _ when address.Socket is { } path && !File.Exists(path) => $"there is no such socket. {WhereToListen}",
        _ => $"no connection: {cause.Message}",
    };

    // An answer over HTTP that is not gRPC's, or none that is HTTP/2's.
    private static bool IsOtherProtocol(RpcException failure, List<Exception> causes) =>
        failure.Status.Detail.StartsWith(NoGrpc, StringComparison.Ordinal)
        || causes.OfType<HttpRequestException>().Any(cause => cause.HttpRequestError is HttpRequestError.HttpProtocolError or HttpRequestError.InvalidResponse or HttpRequestError.VersionNegotiationError);

    private static string Detail(RpcException failure) => Excerpt.Of(failure.Status.Detail.TrimEnd('.'), MostOfDetail);

    private static string Last(RpcException failure, List<Exception> causes) => Excerpt.Of((causes.LastOrDefault()?.Message ?? failure.Status.Detail).TrimEnd('.'), MostOfDetail);

    private static IEnumerable<Exception> Causes(RpcException failure)
    {
        for (var cause = failure.Status.DebugException ?? failure.InnerException; cause is not null; cause = cause.InnerException)
            yield return cause;
    }
}
