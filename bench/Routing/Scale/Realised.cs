using System.Diagnostics;
using System.Net.Sockets;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Lab;
using Cilium.Framework.Netlink;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.Bench.Scale;

/// <summary>What the kernel has of the cluster: routes, nodes behind the overlay, addresses. Read without the agent.</summary>
internal sealed class Realised : IDisposable
{
    private const byte OwnProtocol = 161;
    private readonly RouteNetlink _netlink;
    private readonly MapSet _maps;
    private readonly bool _isTunnel;

    public Realised(LabNode node, bool isTunnel)
    {
        _netlink = RouteNetlink.Open(node.Network.Node);
        _maps = MapSet.OpenForReading(Path.Combine(node.Folder, "run", "bpffs"));
        _isTunnel = isTunnel;
    }

    public void Dispose()
    {
        _netlink.Dispose();
        _maps.Dispose();
    }

    /// <summary>Waits until every node and every address is there.</summary>
    /// <returns>When.</returns>
    public long WaitForAll() => Wait($"{LargeCluster.Pods} addresses, {LargeCluster.Nodes} nodes", () => Addresses() >= LargeCluster.Pods && OwnRoutes().Count() >= LargeCluster.Nodes && (!_isTunnel || Tunnels() >= LargeCluster.Nodes));

    /// <summary>Waits until an address belongs to an identity.</summary>
    public long WaitFor(IpPrefix address, NumericIdentity identity) => Wait($"{address} as {identity}", () => _maps.IpCache.Get(KeyOf(address)).Identity == identity.Value);

    /// <summary>Waits until there is a route to a range of its own, or none any more.</summary>
    public long WaitFor(IpPrefix range, bool isThere) => Wait($"a route to {range}: {isThere}", () => isThere == OwnRoutes().Any(route => range.Address.Equals(route.Destination)));

    private int Addresses() => _maps.IpCache.Entries().Count();

    private int Tunnels() => _maps.Tunnels.Entries().Count(entry => entry.Value.Endpoint is not null);

    private IEnumerable<Route> OwnRoutes() => _netlink.ListRoutes(AddressFamily.InterNetwork).Where(route => route.Protocol == OwnProtocol && route.PrefixLength == 24);

    private static IpCacheKey KeyOf(IpPrefix address) => new() { PrefixLength = IpCacheKey.StaticBits + 32, Family = WireAddress.FamilyIPv4, Address = WireAddress.From(address.Address) };

    // What the kernel has sends no signal; a look takes microseconds.
    private long Wait(string what, Func<bool> condition)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(120))
                throw new LabException($"After two minutes the kernel has not {what}, but {Addresses()} addresses, {OwnRoutes().Count()} routes, {Tunnels()} nodes behind the overlay.");
            Thread.Yield();
        }

        return Stopwatch.GetTimestamp();
    }
}
