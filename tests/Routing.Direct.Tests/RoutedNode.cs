using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Netlink;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routing.Shared;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.Testing;

/// <summary>
/// A node as a network namespace, gone after the test: the network <c>lan0</c> with 192.0.2.1/24 and 2001:db8::1/64, routers .254 and ::fffe on it for
/// everything else, a second network <c>lan1</c> with 198.51.100.1/24 and 2001:db8:1::1/64, host devices <c>cilium_host</c> and <c>host1</c>.
/// </summary>
internal sealed class RoutedNode : IDisposable
{
    public const byte Protocol = 161;

    private static int _count;
    private readonly List<KernelRoutes> _routes = [];

    public RoutedNode()
    {
        Require.Root();
        Namespace = NetworkNamespace.Create($"routed{Environment.ProcessId}-{Interlocked.Increment(ref _count)}");
        Netlink = RouteNetlink.Open(Namespace);
        Netlink.SetUp(Index("lo"));
        foreach (var name in (string[])["lan0", "lan1", "cilium_host", "host1"])
            AddDevice(name);
        AddAddress("lan0", "192.0.2.1", 24);
        AddAddress("lan0", "2001:db8::1", 64);
        AddAddress("lan1", "198.51.100.1", 24);
        AddAddress("lan1", "2001:db8:1::1", 64);
        AddAddress("cilium_host", "10.0.0.1", 32);
        AddAddress("cilium_host", "fd00::1", 128);
        Netlink.AddRoute(new Route { Gateway = IPAddress.Parse("192.0.2.254"), IfIndex = Index("lan0") });
        Netlink.AddRoute(new Route { Family = AddressFamily.InterNetworkV6, Gateway = IPAddress.Parse("2001:db8::fffe"), IfIndex = Index("lan0"), Priority = 1024 });
    }

    public NetworkNamespace Namespace { get; }

    public RouteNetlink Netlink { get; }

    /// <summary>Routes with the protocol number of ours, of both families.</summary>
    public IReadOnlyList<Route> Own => [.. All.Where(route => route.Protocol == Protocol)];

    public IReadOnlyList<Route> All => [.. Netlink.ListRoutes(AddressFamily.InterNetwork), .. Netlink.ListRoutes(AddressFamily.InterNetworkV6)];

    public void AddDevice(string name)
    {
        Netlink.CreateVeth(new VethPair { Name = name, PeerName = name + "p" });
        Netlink.SetUp(Index(name));
        Netlink.SetUp(Index(name + "p"));
    }

    public void AddAddress(string device, string address, int length) => Netlink.AddAddress(Index(device), IPAddress.Parse(address), length);

    public int Index(string device) => Netlink.FindLink(device)!.Index;

    public string NameOf(int ifIndex) => Netlink.FindLink(ifIndex)!.Name;

    /// <summary>A target in this node; disposed with it.</summary>
    public KernelRoutes Routes(IRemoteRanges remote, byte protocol = Protocol)
    {
        _routes.Add(new(RouteNetlink.Open(Namespace), protocol, remote, "test"));
        return _routes[^1];
    }

    /// <summary>A route of somebody else; to the device itself where no gateway is named.</summary>
    public void AddForeign(string cidr, string device, byte protocol, string? gateway = null)
    {
        var prefix = IpPrefix.Parse(cidr);
        Netlink.AddRoute(new Route
        {
            Destination = prefix.Address, PrefixLength = prefix.Length, IfIndex = Index(device), Gateway = gateway is null ? null : IPAddress.Parse(gateway), Protocol = protocol,
            Priority = prefix.IsIPv6 ? 1024u : 0, Scope = prefix.IsIPv6 || gateway is not null ? (byte)0 : (byte)253,
        });
    }

    /// <summary>Two other nodes: one on each network.</summary>
    public static (IPAddress First, IPAddress Second) Neighbours(AddressFamily family) => family == AddressFamily.InterNetworkV6
        ? (IPAddress.Parse("2001:db8::2"), IPAddress.Parse("2001:db8:1::3"))
        : (IPAddress.Parse("192.0.2.2"), IPAddress.Parse("198.51.100.3"));

    /// <summary>A range of this node.</summary>
    public static NodeRouteRow Row(string cidr, string? source = null, string device = "cilium_host") =>
        new(IpPrefix.Parse(cidr), "node1", null, device, source is null ? null : IPAddress.Parse(source), 1450);

    /// <summary>A range of another node.</summary>
    public static NodeRouteRow Remote(string cidr, string nextHop, string? source = null) =>
        new(IpPrefix.Parse(cidr), "node2", IPAddress.Parse(nextHop), null, source is null ? null : IPAddress.Parse(source), 1450);

    public static Task<string> UpsertAsync(KernelRoutes routes, NodeRouteRow row) => ApplyAsync(routes, ReconcileAction.Upsert, row);

    public static Task<string> DeleteAsync(KernelRoutes routes, NodeRouteRow row) => ApplyAsync(routes, ReconcileAction.Delete, row);

    public void Dispose()
    {
        foreach (var routes in _routes)
            routes.Dispose();
        Netlink.Dispose();
        Namespace.Delete();
    }

    private static async Task<string> ApplyAsync(KernelRoutes routes, ReconcileAction action, NodeRouteRow row)
    {
        var outcome = Assert.Single(await routes.ApplyAsync(new([new(action, row, null)]), TestContext.Current.CancellationToken));
        return outcome.IsDone ? "done" : $"{outcome.Kind}: {outcome.Error}";
    }
}
