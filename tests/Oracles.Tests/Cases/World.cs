using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Oracles.Cases;

/// <summary>When a direction is enforced.</summary>
internal enum Enforcement
{
    Default,
    Always,
    Never,
}

/// <summary>A workload of the node.</summary>
/// <param name="Id">1..5.</param>
/// <param name="Labels"><c>source:key=value</c>; with <c>reserved:init</c> when they, or some of them, are not known yet.</param>
/// <param name="IPv4">Null when it has none.</param>
/// <param name="IPv6">Null when it has none.</param>
/// <param name="IsReady">False: no policy is realised for it.</param>
internal sealed record Workload(ushort Id, IReadOnlyList<string> Labels, IPAddress? IPv4, IPAddress? IPv6, bool IsReady)
{
    public MacAddress Mac => MacAddress.FromBytes([2, 0, 0, 0, 1, (byte)Id]);

    public MacAddress HostMac => MacAddress.FromBytes([2, 0, 0, 0, 2, (byte)Id]);

    public bool IsInit => Labels.Contains("reserved:init");

    public IPAddress? Address(AddressFamily family) => family == AddressFamily.InterNetwork ? IPv4 : IPv6;

    public override string ToString() => $"endpoint {Id}: {IPv4} {IPv6} [{string.Join(", ", Labels)}]{(IsReady ? "" : " without a policy")}";
}

/// <summary>What a case happens in; does not change during the case.</summary>
internal sealed record World(Enforcement Enforcement, bool NodeIsAllowed, IReadOnlyList<Workload> Workloads)
{
    /// <summary>Addresses of the node itself.</summary>
    public static readonly IReadOnlyList<IPAddress> Node = [.. new[] { "10.90.0.1", "fd90::1", "192.168.5.1" }.Select(IPAddress.Parse)];

    /// <summary>Addresses outside that another node carries, through the overlay.</summary>
    public static readonly IReadOnlyList<IPAddress> Carried = [.. new[] { "10.2.0.1", "2001:db8:2::9" }.Select(IPAddress.Parse)];

    /// <summary>That node.</summary>
    public static readonly IPAddress Carrier = IPAddress.Parse("192.168.5.2");

    public Workload? Find(IPAddress address) => Workloads.FirstOrDefault(workload => address.Equals(workload.IPv4) || address.Equals(workload.IPv6));

    public override string ToString() => $"enforcement {Enforcement}, {(NodeIsAllowed ? "the node is always allowed, " : "")}node {string.Join(' ', Node)}, {string.Join(' ', Carried)} through {Carrier}\n{string.Join('\n', Workloads)}";
}
