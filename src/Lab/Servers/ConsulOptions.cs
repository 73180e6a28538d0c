using System.Net;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab.Servers;

/// <summary>What kind of Consul cluster.</summary>
/// <param name="Program">Path of the program (eng/consul.sh fetches it).</param>
/// <param name="Folder">Folder for data and logs; kept when the servers end.</param>
public sealed record ConsulOptions(string Program, string Folder)
{
    /// <summary>1 or 3.</summary>
    public int Members { get; init; } = 1;

    /// <summary>Where they listen.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>In which network namespace; null: here.</summary>
    public NetworkNamespace? NetworkNamespace { get; init; }

    /// <summary>A token that may do everything; whoever has none may do nothing. Null: everybody may do everything.</summary>
    public string? ManagementToken { get; init; }

    /// <summary>They speak TLS only; null: no TLS.</summary>
    public ConsulTls? Tls { get; init; }
}

/// <summary>Certificates of servers, as PEM files. The lab itself shows what the servers show.</summary>
/// <param name="CaFile">Authority of the clients' certificates.</param>
/// <param name="CertFile">What they show.</param>
/// <param name="KeyFile">Its key.</param>
/// <param name="VerifyClients">Clients must show a certificate too.</param>
public sealed record ConsulTls(string CaFile, string CertFile, string KeyFile, bool VerifyClients = false);
