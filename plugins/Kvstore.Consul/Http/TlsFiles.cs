using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cilium.Framework.Kvstore.Consul.Http;

/// <summary>Certificates in files: read again when they change, by the next connection.</summary>
internal sealed class TlsFiles(ConsulSettings settings)
{
    /// <summary>A connection is not used for longer than this, so that changed files count after it.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private (DateTime Written, X509Certificate2Collection Roots)? _roots;
    private (DateTime Written, X509Certificate2 Certificate)? _own;

    public SocketsHttpHandler NewHandler()
    {
        var handler = new SocketsHttpHandler { PooledConnectionLifetime = ConnectionLifetime, AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ConnectTimeout = settings.Timeout };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Judge(certificate as X509Certificate2, chain, errors);
        if (settings.CertFile is not null)
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => Own();
        return handler;
    }

    private bool Judge(X509Certificate2? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        if (certificate is null)
            throw new AuthenticationException("it shows no certificate.");
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            throw new AuthenticationException($"its certificate {certificate.Subject} is not for this address. Use an address that the certificate names in kvstore.consul.address.");
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (settings.CaFile is not null)
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(Roots(settings.CaFile));
        }

        if (sent is not null)
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainElements.Select(element => element.Certificate).ToArray());
        if (chain.Build(certificate))
            return true;
        throw new AuthenticationException(chain.ChainStatus.Any(status => status.Status == X509ChainStatusFlags.NotTimeValid)
            ? $"its certificate {certificate.Subject} is valid from {certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u}, and not now. Renew it, or set the clock."
            : $"its certificate {certificate.Subject}, issued by {certificate.Issuer}, does not lead to {(settings.CaFile is null ? "an authority that this machine trusts. Set kvstore.consul.ca-file." : $"an authority in {settings.CaFile} (kvstore.consul.ca-file).")}");
    }

    private X509Certificate2Collection Roots(string path)
    {
        lock (_lock)
        {
            var written = File.GetLastWriteTimeUtc(path);
            if (_roots is { } known && known.Written == written)
                return known.Roots;
            var roots = new X509Certificate2Collection();
            Read(path, "ca-file", () => roots.ImportFromPemFile(path));
            _roots = (written, roots);
            return roots;
        }
    }

    private X509Certificate2 Own()
    {
        lock (_lock)
        {
            var written = File.GetLastWriteTimeUtc(settings.CertFile!);
            if (_own is { } known && known.Written == written)
                return known.Certificate;
            X509Certificate2 certificate = null!;
            Read(settings.CertFile!, "cert-file", () => certificate = X509Certificate2.CreateFromPemFile(settings.CertFile!, settings.KeyFile));
            _own = (written, certificate);
            return certificate;
        }
    }

    private static void Read(string path, string setting, Action read)
    {
        try
        {
            read();
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new AuthenticationException($"{path} (kvstore.consul.{setting}) cannot be used: {error.Message}", error);
        }
    }
}
