using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Cilium.Framework.Kvstore.Etcd.Failures;

/// <summary>Asks a server that could not be understood whether it speaks TLS, when we do not, or the other way round.</summary>
internal static class SpokenProtocol
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <returns>What to change; null: it is not that, or the server does not answer.</returns>
    public static async Task<string?> MismatchAsync(Uri address, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(address.DnsSafeHost, address.Port, deadline.Token);
            await using var stream = new NetworkStream(socket);
            if (address.Scheme == Uri.UriSchemeHttp)
                return await ShowsCertificateAsync(stream, address.Host, deadline.Token) ? $"it speaks TLS: write https://{address.Authority} in kvstore.etcd.endpoints" : null;
            return await SpeaksPlainAsync(stream, address, deadline.Token) ? $"it does not speak TLS: write http://{address.Authority} in kvstore.etcd.endpoints" : null;
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException)
        {
            return null;
        }
    }

    private static async Task<bool> ShowsCertificateAsync(NetworkStream stream, string host, CancellationToken cancellationToken)
    {
        var shown = false;
        try
        {
            await using var tls = new SslStream(stream, leaveInnerStreamOpen: true);
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host, RemoteCertificateValidationCallback = (_, certificate, _, _) => !(shown = certificate is not null) }, cancellationToken);
        }
        catch (System.Security.Authentication.AuthenticationException)
        {
            // Nothing is sent over it: that a certificate came is all that was asked.
        }

        return shown;
    }

    private static async Task<bool> SpeaksPlainAsync(NetworkStream stream, Uri address, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /version HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n\r\n"), cancellationToken);
        var answer = new byte[12];
        var read = await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, cancellationToken);
        // Servers that speak TLS answer plain requests with 400, if at all.
        return Encoding.ASCII.GetString(answer, 0, read) is var line && line.StartsWith("HTTP/1.", StringComparison.Ordinal) && !line.EndsWith(" 400", StringComparison.Ordinal);
    }
}
