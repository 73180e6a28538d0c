using System.Net;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab.Servers;

/// <summary>How a <see cref="GoBgpd"/> is started.</summary>
/// <param name="Program">Path of the program (<see cref="GoBgpdProgram.Find"/>); its command line program lies beside it.</param>
/// <param name="Folder">Folder for configuration, log and socket; kept when it ends.</param>
public sealed record GoBgpdSettings(string Program, string Folder)
{
    /// <summary>Distinguishes those that share a folder.</summary>
    public string Name { get; init; } = "gobgpd";

    /// <summary>In which network namespace; null: here.</summary>
    public NetworkNamespace? Namespace { get; init; }

    /// <summary>Number of its autonomous system; null: it only listens for calls, and BGP is not started.</summary>
    public uint? As { get; init; } = 64512;

    /// <summary>Its identifier.</summary>
    public IPAddress RouterId { get; init; } = IPAddress.Parse("192.0.2.10");

    /// <summary>Where it waits for neighbours; -1: nowhere, it only connects.</summary>
    public int ListenPort { get; init; } = 179;

    /// <summary>Its neighbours. With each, IPv4 and IPv6 prefixes are exchanged.</summary>
    public IReadOnlyList<GoBgpdNeighbour> Neighbours { get; init; } = [];

    /// <summary>Where it is asked over TCP, beside its socket.</summary>
    public IPEndPoint Api { get; init; } = new(IPAddress.Loopback, 50051);
}
