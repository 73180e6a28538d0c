namespace Cilium.Framework.Lab.Servers;

/// <summary>Certificates of a server, as PEM files; it serves https only.</summary>
/// <param name="Certificate">The server's certificate.</param>
/// <param name="Key">Its key.</param>
/// <param name="ClientCa">Clients must show a certificate that this CA signed; null: they need none.</param>
/// <param name="LabCertificate">With which the lab itself asks, when clients need one.</param>
/// <param name="LabKey">Its key.</param>
public sealed record EtcdTls(string Certificate, string Key, string? ClientCa = null, string? LabCertificate = null, string? LabKey = null)
{
    /// <summary>As etcd's arguments.</summary>
    internal IEnumerable<string> Arguments() =>
        [$"--cert-file={Certificate}", $"--key-file={Key}", .. ClientCa is null ? (string[])[] : ["--client-cert-auth", $"--trusted-ca-file={ClientCa}"]];
}
