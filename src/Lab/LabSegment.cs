using System.Globalization;
using System.Net;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab;

/// <summary>One Ethernet segment that several machines are on: a bridge in the namespace of the machine outside, which is everybody's default router and routes the pod ranges.</summary>
public sealed class LabSegment : IDisposable
{
    private const string Bridge = "eth0";
    private int _ports;

    private LabSegment(NetworkNamespace world) => World = world;

    /// <summary>The machine outside; the bridge is its device.</summary>
    public NetworkNamespace World { get; }

    /// <summary>Makes the bridge, with nobody on it but the machine outside.</summary>
    /// <param name="name">Prefix of the namespace's name.</param>
    public static LabSegment Create(string name)
    {
        var segment = new LabSegment(NetworkNamespace.Create($"{name}-world"));
        try
        {
            segment.Build();
            return segment;
        }
        catch
        {
            segment.Dispose();
            throw;
        }
    }

    /// <summary>Puts a machine on the segment. Its device is <c>eth0</c>.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="ipv4">Its address.</param>
    /// <param name="ipv6">Its address.</param>
    public void Attach(NetworkNamespace machine, IPAddress ipv4, IPAddress ipv6)
    {
        var port = string.Create(CultureInfo.InvariantCulture, $"port{Interlocked.Increment(ref _ports)}");
        using var world = RouteNetlink.Open(World);
        using var netlink = RouteNetlink.Open(machine);
        world.CreateVeth(new VethPair { Name = port, PeerName = LabNetwork.NodeDevice, PeerNamespace = machine });
        var index = world.FindLink(port)!.Index;
        world.SetMaster(index, world.FindLink(Bridge)!.Index);
        world.SetUp(index);
        LabNetwork.Configure(netlink, ipv4, ipv6);
        LabNetwork.RouteToWorld(netlink);
    }

    /// <summary>Puts a node on the segment, and routes its pods' addresses to it.</summary>
    /// <param name="node">The node.</param>
    /// <param name="place">Its addresses and ranges.</param>
    public void Attach(NetworkNamespace node, LabPlace place)
    {
        ArgumentNullException.ThrowIfNull(place);
        Attach(node, place.IPv4, place.IPv6);
        using var world = RouteNetlink.Open(World);
        LabNetwork.RouteToPods(world, place);
    }

    /// <summary>Removes the bridge, with its side of every cable.</summary>
    public void Dispose() => World.Delete();

    private void Build()
    {
        Sysctl.Write(World, "net/ipv4/ip_forward", "1");
        Sysctl.Write(World, "net/ipv6/conf/all/forwarding", "1");
        // Machines are not told of shorter ways past the router: a pod would get such a message from a stranger.
        Sysctl.Write(World, "net/ipv4/conf/all/send_redirects", "0");
        Sysctl.Write(World, "net/ipv4/conf/default/send_redirects", "0");
        Sysctl.Write(World, "net/ipv4/conf/all/rp_filter", "0");
        Sysctl.Write(World, "net/ipv4/conf/default/rp_filter", "0");
        using var world = RouteNetlink.Open(World);
        world.CreateBridge(Bridge);
        LabNetwork.Configure(world, LabNetwork.WorldIPv4, LabNetwork.WorldIPv6);
    }
}
