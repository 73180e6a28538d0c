using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Routing.KubeRouter.GoBgp;

namespace Cilium.Framework.Routing.KubeRouter;

/// <summary>Settings of the section <c>routing:kube-router</c>.</summary>
/// <param name="Path">Path of the section, for messages.</param>
internal sealed record KubeRouterSettings(string Path)
{
    /// <summary>Where kube-router offers its GoBGP unless told otherwise (<c>--gobgp-admin-address</c>, <c>--gobgp-admin-port</c>).</summary>
    public const string DefaultAddress = "127.0.0.1:50051";

    /// <summary>Native devices; empty: those with a default route.</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];

    /// <summary>Where the GoBGP is, and how long a call may take.</summary>
    public GoBgpSettings GoBgp { get; init; } = new(GoBgpAddress.Parse($"http://{DefaultAddress}"));

    /// <summary>The AS that the GoBGP must be of; null: any.</summary>
    public uint? Asn { get; init; }

    /// <summary>Routes to ranges of other nodes are put into the kernel here, because no kube-router does.</summary>
    public bool InstallRoutes { get; init; }

    /// <summary>How long a route that was installed stays after the GoBGP came back and has not told it again: its peers need a while. 90 s is BGP's own hold time (RFC 4271, 10).</summary>
    public TimeSpan HoldTime { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Where peers are to send packets for what is advertised, at most one address of each family; a family without one: this node's address towards its peers.</summary>
    public IReadOnlyList<IPAddress> NextHops { get; init; } = [];

    /// <summary>The address of the GoBGP as an operator writes it.</summary>
    public string Endpoint => GoBgp.Address.Text.Replace("http://", "", StringComparison.Ordinal);

    /// <summary>The configured next hop of a family; null: none is.</summary>
    public IPAddress? NextHop(AddressFamily family) => NextHops.FirstOrDefault(address => address.AddressFamily == family);
}
