using System.Net;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab.Servers;

/// <summary>How a <see cref="Bird"/> is started.</summary>
/// <param name="Program">Folder of the programs (<see cref="BirdProgram.Find"/>).</param>
/// <param name="Folder">Folder for configuration, log and socket; kept when it ends.</param>
/// <param name="Namespace">In which network namespace: what it learns, it installs in the kernel there.</param>
public sealed record BirdSettings(string Program, string Folder, NetworkNamespace Namespace)
{
    /// <summary>Number of its autonomous system.</summary>
    public uint As { get; init; } = 65000;

    /// <summary>Its identifier.</summary>
    public IPAddress RouterId { get; init; } = IPAddress.Parse("192.0.2.1");

    /// <summary>Its neighbours.</summary>
    public IReadOnlyList<BirdNeighbour> Neighbours { get; init; } = [];

    /// <summary>Prefixes that it tells its neighbours of; it drops what is sent there.</summary>
    public IReadOnlyList<IPNetwork> Originates { get; init; } = [];
}
