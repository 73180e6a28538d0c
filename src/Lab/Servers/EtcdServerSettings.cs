using System.Net;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab.Servers;

/// <summary>How the members of an <see cref="EtcdCluster"/> are started.</summary>
public sealed record EtcdServerSettings
{
    /// <summary>Members: 1 or more; 3 survive the loss of one.</summary>
    public int Members { get; init; } = 1;

    /// <summary>Path of the program; null: <see cref="EtcdProgram.Find"/>.</summary>
    public string? Program { get; init; }

    /// <summary>Where the members listen.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>In which network namespace; null: here.</summary>
    public NetworkNamespace? Namespace { get; init; }

    /// <summary>Certificates; null: http.</summary>
    public EtcdTls? Tls { get; init; }

    /// <summary>Further arguments, such as <c>--max-request-bytes=1000</c>.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];
}
