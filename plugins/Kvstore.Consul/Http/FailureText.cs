using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Kvstore.Consul.Http;

/// <summary>Puts what a connection or a server says into the words of the contract.</summary>
internal static class FailureText
{
    public static string Of(Uri address) => address.GetLeftPart(UriPartial.Authority);

    public static ConsulFailureException Of(Uri address, Exception error)
    {
        var causes = Causes(error).ToArray();
        var refused = causes.OfType<SocketException>().FirstOrDefault();
        var tls = causes.OfType<AuthenticationException>().LastOrDefault();
        var request = error as HttpRequestException;
        return (request?.HttpRequestError, refused?.SocketErrorCode) switch
        {
            (_, SocketError.ConnectionRefused) => Failure("refuses connections. Check that Consul runs there, and kvstore.consul.address.", nothingHappened: true),
            (HttpRequestError.NameResolutionError, _) => Failure("has a name that cannot be resolved. Check kvstore.consul.address.", nothingHappened: true),
            _ when causes.OfType<IOException>().Any(cause => cause.Message.Contains("frame", StringComparison.Ordinal)) || tls?.Message.Contains("frame", StringComparison.Ordinal) == true =>
                Failure("does not speak TLS. Use http:// in kvstore.consul.address, or switch TLS on in Consul.", nothingHappened: true),
            _ when tls is not null => Failure($"is not trusted: {tls.Message}", nothingHappened: true),
            (HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError, _) => Failure($"cannot be reached: {causes[^1].Message}", nothingHappened: true),
            _ => Failure($"broke off: {causes[^1].Message}", nothingHappened: false),
        };

        ConsulFailureException Failure(string what, bool nothingHappened) => new(ErrorKind.Unavailable, $"kvstore consul: {Of(address)} {what}", nothingHappened, error);
    }

    public static ConsulFailureException Silence(Uri address, TimeSpan waited) =>
        new(ErrorKind.Unavailable, $"kvstore consul: {Of(address)} did not answer within {waited.TotalSeconds:0.#} s. A write may have been carried out.", nothingHappened: false);

    /// <summary>Null: the answer is none of a failure.</summary>
    public static ConsulFailureException? Of(Uri address, HttpStatusCode status, byte[] body, bool? knownLeader)
    {
        var text = Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 300))).Trim();
        return (int)status switch
        {
            500 when text.Contains("No cluster leader", StringComparison.OrdinalIgnoreCase) => NoLeader(address),
            403 => Denied(address, text),
            400 when text.Contains("HTTPS server", StringComparison.Ordinal) =>
                new(ErrorKind.Unavailable, $"kvstore consul: {Of(address)} speaks TLS only. Use https:// in kvstore.consul.address.", nothingHappened: true),
            200 or 404 or 409 when knownLeader == false => NoLeader(address),
            200 or 404 or 409 => null,
            var code => new(ErrorKind.Unavailable, $"kvstore consul: {Of(address)} answers {code}: {Excerpt.Of(text, 200)}", nothingHappened: false),
        };
    }

    public static ConsulFailureException Denied(Uri address, string text) => new(
        ErrorKind.Denied,
        text.Contains("ACL not found", StringComparison.Ordinal)
            ? $"kvstore consul: {Of(address)} does not know the ACL token. Check kvstore.consul.token or kvstore.consul.token-file."
            : $"kvstore consul: {Of(address)} denies permission. Give the ACL token (kvstore.consul.token, kvstore.consul.token-file) a policy with session write, and key write for the prefixes that are used and for {PrivateKeys.Prefix}.",
        nothingHappened: true);

    private static ConsulFailureException NoLeader(Uri address) => new(
        ErrorKind.Unavailable, $"kvstore consul: {Of(address)} has no cluster leader. A majority of the servers must run and reach each other.", nothingHappened: true);

    private static IEnumerable<Exception> Causes(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
            yield return cause;
    }
}
