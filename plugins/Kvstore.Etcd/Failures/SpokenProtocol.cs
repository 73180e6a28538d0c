using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Cilium.Framework.Kvstore.Etcd.Connecting;

namespace Cilium.Framework.Kvstore.Etcd.Failures;

/// <summary>Finds out why a server could not be understood at all: it speaks TLS and we do not, or the other way round, or it dislikes our certificate.</summary>
internal static class SpokenProtocol
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <returns>What to change, and whether it is our certificate; null: it is none of these, or the server does not answer.</returns>
    public static async Task<(string Text, bool IsCertificate)?> MismatchAsync(EtcdEndpoint endpoint, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        var address = endpoint.Address;
        try
        {
            if (address.Scheme == Uri.UriSchemeHttp)
                return await ShowsCertificateAsync(address, deadline.Token) ? ($"it speaks TLS: write https://{address.Authority} in kvstore.etcd.endpoints", false) : null;
            if (await SpeaksPlainAsync(address, deadline.Token))
                return ($"it does not speak TLS: write http://{address.Authority} in kvstore.etcd.endpoints", false);
            return await RefusesAsync(address, endpoint.Ours, deadline.Token)
                ? ("the server refuses our certificate, or wants one. Set kvstore.etcd.cert-file and key-file to one that is signed by the authority it trusts", true)
                : null;
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or AuthenticationException)
        {
            return null;
        }
    }

    private static async Task<bool> ShowsCertificateAsync(Uri address, CancellationToken cancellationToken)
    {
        await using var stream = await OpenAsync(address, cancellationToken);
        await using var tls = new SslStream(stream);
        var shown = false;
        try
        {
            // Nothing is sent over it: that a certificate comes is all that is asked.
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = address.Host, RemoteCertificateValidationCallback = (_, certificate, _, _) => !(shown = certificate is not null) }, cancellationToken);
        }
        catch (AuthenticationException)
        {
            // As it must, for it was refused.
        }

        return shown;
    }

    private static async Task<bool> SpeaksPlainAsync(Uri address, CancellationToken cancellationToken)
    {
        await using var stream = await OpenAsync(address, cancellationToken);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /version HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n\r\n"), cancellationToken);
        var answer = new byte[12];
        try
        {
            var read = await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, cancellationToken);
            // Servers that speak TLS answer plain requests with 400, if at all.
            return Encoding.ASCII.GetString(answer, 0, read) is var line && line.StartsWith("HTTP/1.", StringComparison.Ordinal) && !line.EndsWith(" 400", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    // TLS 1.3 lets the client finish before the server has judged its certificate: the refusal comes instead of the first byte (RFC 8446, 4.4.2.4 and 6.2).
    private static async Task<bool> RefusesAsync(Uri address, X509Certificate2? ours, CancellationToken cancellationToken)
    {
        await using var stream = await OpenAsync(address, cancellationToken);
        await using var tls = new SslStream(stream);
        var accepted = false;
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = address.Host,
                    ApplicationProtocols = [SslApplicationProtocol.Http2],
                    LocalCertificateSelectionCallback = (_, _, _, _, _) => ours!,
                    // The connection that failed has judged the server already.
                    RemoteCertificateValidationCallback = (_, certificate, _, _) => accepted = certificate is not null,
                },
                cancellationToken);
            return await tls.ReadAsync(new byte[1], cancellationToken) < 0;
        }
        catch (Exception error) when (error is IOException or AuthenticationException)
        {
            return accepted && (error.InnerException ?? error).ToString().Contains("alert", StringComparison.OrdinalIgnoreCase);
        }
    }

    private static async Task<NetworkStream> OpenAsync(Uri address, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address.DnsSafeHost, address.Port, cancellationToken);
            return new(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
