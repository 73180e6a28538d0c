using System.Globalization;
using System.Net;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab;

/// <summary>One Ethernet segment that several machines are on: a bridge in the namespace of the machine outside, which is everybody's default router and routes the pod ranges unless the cabling says otherwise.</summary>
public sealed class LabSegment : ILabFabric
{
    private const string Bridge = "eth0";
    private int _ports;

    private LabSegment(NetworkNamespace world, LabCabling cabling) => (World, Cabling) = (world, cabling);

    /// <summary>The machine outside; the bridge is its device.</summary>
    public NetworkNamespace World { get; }

    /// <inheritdoc />
    public LabCabling Cabling { get; }

    /// <summary>Makes the bridge, with nobody on it but the machine outside.</summary>
    /// <param name="name">Prefix of the namespace's name.</param>
    public static LabSegment Create(string name) => Create(name, new LabCabling());

    /// <summary>Makes the bridge, with nobody on it but the machine outside.</summary>
    /// <param name="name">Prefix of the namespace's name.</param>
    /// <param name="cabling">What the cables bear, and whether the machine outside knows the pods.</param>
    public static LabSegment Create(string name, LabCabling cabling)
    {
        ArgumentNullException.ThrowIfNull(cabling);
        var segment = new LabSegment(NetworkNamespace.Create($"{name}-world"), cabling);
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

    /// <inheritdoc />
    public LabPlace Place(int number) => LabPlace.Of(number);

    /// <summary>Puts a machine on the segment. Its device is <c>eth0</c>.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="ipv4">Its address.</param>
    /// <param name="ipv6">Its address.</param>
    public void Attach(NetworkNamespace machine, IPAddress ipv4, IPAddress ipv6)
    {
        var port = string.Create(CultureInfo.InvariantCulture, $"port{Interlocked.Increment(ref _ports)}");
        using var world = RouteNetlink.Open(World);
        using var netlink = RouteNetlink.Open(machine);
        world.CreateVeth(new VethPair { Name = port, PeerName = LabNetwork.NodeDevice, PeerNamespace = machine, Mtu = Cabling.Mtu });
        var index = world.FindLink(port)!.Index;
        world.SetMaster(index, world.FindLink(Bridge)!.Index);
        world.SetUp(index);
        Wiring.Configure(netlink, LabNetwork.NodeDevice, ipv4, ipv6, Cabling);
        Wiring.RouteByDefault(netlink, LabNetwork.WorldIPv4, LabNetwork.WorldIPv6, Cabling);
    }

    /// <summary>Puts a node on the segment, and routes its pods' addresses to it if the cabling says so.</summary>
    /// <param name="node">The node.</param>
    /// <param name="place">Its addresses and ranges.</param>
    public void Attach(NetworkNamespace node, LabPlace place)
    {
        ArgumentNullException.ThrowIfNull(place);
        Attach(node, place.IPv4, place.IPv6);
        using var world = RouteNetlink.Open(World);
        Wiring.RouteToPods(world, Bridge, place, Cabling);
    }

    /// <summary>Removes the bridge, with its side of every cable.</summary>
    public void Dispose() => World.Delete();

    private void Build()
    {
        Wiring.ForwardForAll(World);
        using var world = RouteNetlink.Open(World);
        world.CreateBridge(Bridge);
        world.SetMtu(world.FindLink(Bridge)!.Index, Cabling.Mtu);
        Wiring.Configure(world, Bridge, LabNetwork.WorldIPv4, LabNetwork.WorldIPv6, Cabling);
    }
}
