using System.Globalization;
using System.Net;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab;

/// <summary>Machines that are on no common segment: each has a /24 and a /64 of its own, and a cable to the router between them, which is everybody's default router.</summary>
public sealed class LabRouter : ILabFabric
{
    private readonly Lock _lock = new();
    private int _ports;

    private LabRouter(NetworkNamespace world, LabCabling cabling) => (World, Cabling) = (world, cabling);

    /// <summary>The router. In each machine's subnet it has the address that ends in 1.</summary>
    public NetworkNamespace World { get; }

    /// <inheritdoc />
    public LabCabling Cabling { get; }

    /// <summary>Makes the router, with nobody around it.</summary>
    /// <param name="name">Prefix of the namespace's name.</param>
    /// <param name="cabling">What the cables bear, and whether the router knows the pods.</param>
    public static LabRouter Create(string name, LabCabling cabling)
    {
        ArgumentNullException.ThrowIfNull(cabling);
        var world = NetworkNamespace.Create($"{name}-world");
        try
        {
            return On(world, cabling);
        }
        catch
        {
            world.Delete();
            throw;
        }
    }

    /// <summary>Makes a machine that is there a router for others, such as one that speaks BGP with the nodes.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="cabling">What the cables bear.</param>
    public static LabRouter On(NetworkNamespace machine, LabCabling cabling)
    {
        Wiring.ForwardForAll(machine);
        return new LabRouter(machine, cabling);
    }

    /// <inheritdoc />
    public LabPlace Place(int number) => LabPlace.InOwnSubnet(number);

    /// <summary>Plugs a machine in. Its device is <c>eth0</c>, its default router the one between. It takes the cable of who had its subnet before.</summary>
    /// <param name="machine">The machine; the lab does not remove it.</param>
    /// <param name="ipv4">Its address; nobody else's is in its /24.</param>
    /// <param name="ipv6">Its address; nobody else's is in its /64.</param>
    public void Attach(NetworkNamespace machine, IPAddress ipv4, IPAddress ipv6) => Plug(machine, ipv4, ipv6);

    /// <inheritdoc />
    public void Attach(NetworkNamespace node, LabPlace place)
    {
        ArgumentNullException.ThrowIfNull(place);
        var port = Plug(node, place.IPv4, place.IPv6);
        using var world = RouteNetlink.Open(World);
        Wiring.RouteToPods(world, port, place, Cabling);
    }

    /// <summary>Removes the router, with its side of every cable.</summary>
    public void Dispose() => World.Delete();

    /// <returns>The router's device.</returns>
    private string Plug(NetworkNamespace machine, IPAddress ipv4, IPAddress ipv6)
    {
        var (routerIPv4, routerIPv6) = (FirstOf(ipv4, hostBytes: 1), FirstOf(ipv6, hostBytes: 8));
        using var world = RouteNetlink.Open(World);
        using var netlink = RouteNetlink.Open(machine);
        lock (_lock)
        {
            // A removed machine's cable is still there until the kernel has found the time.
            foreach (var index in world.ListAddresses().Where(address => address.IP.Equals(routerIPv4) || address.IP.Equals(routerIPv6)).Select(address => address.IfIndex).Distinct())
                world.DeleteLink(index);
            var port = string.Create(CultureInfo.InvariantCulture, $"port{++_ports}");
            world.CreateVeth(new VethPair { Name = port, PeerName = LabNetwork.NodeDevice, PeerNamespace = machine, Mtu = Cabling.Mtu });
            Wiring.Configure(world, port, routerIPv4, routerIPv6, Cabling);
            Wiring.Configure(netlink, LabNetwork.NodeDevice, ipv4, ipv6, Cabling);
            Wiring.RouteByDefault(netlink, routerIPv4, routerIPv6, Cabling);
            return port;
        }
    }

    private static IPAddress FirstOf(IPAddress address, int hostBytes)
    {
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(bytes.Length - hostBytes).Clear();
        bytes[^1] = 1;
        return new IPAddress(bytes);
    }
}
