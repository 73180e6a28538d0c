using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Kvstore.Etcd.Connecting;

/// <summary>Authorities and our certificate, read from their files again when these have changed. What is open stays open; the next connection uses them.</summary>
internal sealed class TlsFiles(EtcdSettings settings, TimeProvider time)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1"; // RFC 5280, 4.2.1.12
    private readonly Lock _lock = new();
    private string? _stamp;
    private X509Certificate2Collection _authorities = [];
    private X509Certificate2? _ours;

    /// <summary>Reads what has changed and says whether it can be used now.</summary>
    /// <exception cref="CiliumException">A file cannot be read, or our certificate has expired.</exception>
    public void Refresh()
    {
        lock (_lock)
        {
            var stamp = string.Join('|', Files().Select(Stamp));
            if (stamp != _stamp)
                Load();
            _stamp = stamp;
            if (_ours is null)
                return;
            var now = time.GetUtcNow().UtcDateTime;
            if (_ours.NotAfter.ToUniversalTime() < now)
                throw new CiliumException(ErrorKind.Denied, $"our certificate {settings.CertFile} expired on {Day(_ours.NotAfter)}. Renew it; the file is read again at the next connection");
            if (_ours.NotBefore.ToUniversalTime() > now)
                throw new CiliumException(ErrorKind.Denied, $"our certificate {settings.CertFile} is valid from {Day(_ours.NotBefore)} on. Check the clock of this node, or renew the certificate");
        }
    }

    /// <summary>Our certificate; null: none.</summary>
    public X509Certificate2? Ours
    {
        get
        {
            lock (_lock)
                return _ours;
        }
    }

    /// <summary>Judges the certificate that a server shows.</summary>
    /// <returns>What is wrong with it, and what to do; null: nothing.</returns>
    public string? Judge(X509Certificate? shown, X509Chain? received, SslPolicyErrors errors, string host)
    {
        if (shown is null)
            return "the server shows no certificate";
        using var certificate = X509CertificateLoader.LoadCertificate(shown.GetRawCertData());
        var now = time.GetUtcNow().UtcDateTime;
        if (certificate.NotAfter.ToUniversalTime() < now)
            return $"the server's certificate ({certificate.Subject}) expired on {Day(certificate.NotAfter)}. Renew it on the server";
        if (certificate.NotBefore.ToUniversalTime() > now)
            return $"the server's certificate ({certificate.Subject}) is valid from {Day(certificate.NotBefore)} on. Check the clocks of this node and of the server";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            return $"the server's certificate ({certificate.Subject}) is not for {host}. Name the endpoint as the certificate does, or give the server a certificate for {host}";
        if (!IsSignedByOurs(certificate, received, errors, out var why))
            return $"the server's certificate ({certificate.Subject}) is not signed by an authority of {settings.CaFile ?? "this system"}: {why} Give the authority that signed it in kvstore.etcd.ca-file";
        return null;
    }

    private bool IsSignedByOurs(X509Certificate2 certificate, X509Chain? received, SslPolicyErrors errors, out string why)
    {
        why = string.Join(' ', received?.ChainStatus.Select(status => status.StatusInformation.Trim()) ?? []);
        if (settings.CaFile is null)
            return errors == SslPolicyErrors.None;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        lock (_lock)
            chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        // Intermediate authorities that the server has sent along.
        foreach (var element in received?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        var signed = chain.Build(certificate);
        why = string.Join(' ', chain.ChainStatus.Select(status => status.StatusInformation.Trim()));
        return signed;
    }

    private void Load()
    {
        if (settings.CaFile is not null)
            _authorities = Read(settings.CaFile, file =>
            {
                var read = new X509Certificate2Collection();
                read.ImportFromPemFile(file);
                return read.Count > 0 ? read : throw new CryptographicException("it holds no certificate in PEM.");
            });
        if (settings is { CertFile: not null, KeyFile: not null })
            _ours = Read(settings.CertFile, file => X509Certificate2.CreateFromPemFile(file, settings.KeyFile));
    }

    private static T Read<T>(string file, Func<string, T> read)
    {
        try
        {
            return read(file);
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new CiliumException(ErrorKind.Unavailable, $"{file} (or its key) cannot be used: {error.Message} Accepted: PEM", error);
        }
    }

    private IEnumerable<string> Files() => ((string?[])[settings.CaFile, settings.CertFile, settings.KeyFile]).OfType<string>();

    private static string Stamp(string file) => new FileInfo(file) is { Exists: true } info ? $"{info.LastWriteTimeUtc.Ticks} {info.Length}" : "missing";

    private static string Day(DateTime when) => when.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture);
}
