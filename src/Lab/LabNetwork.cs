using System.Net;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab;

/// <summary>A node namespace and a "world" namespace behind its physical device. Everything is removed on disposal, whatever happened.</summary>
/// <remarks>The world is a machine outside the cluster: it knows the node's address and routes the pod ranges to it, and is the node's default router.</remarks>
public sealed class LabNetwork : IDisposable
{
    private const int NodePrefixLength = 24;
    private const int NodePrefixLengthV6 = 64;

    private readonly LabSegment? _segment;

    private LabNetwork(NetworkNamespace node, NetworkNamespace world, LabPlace place, LabSegment? segment) => (Node, World, Place, _segment) = (node, world, place, segment);

    /// <summary>Name of the node's physical device.</summary>
    public static string NodeDevice => "eth0";

    /// <summary>The node.</summary>
    public NetworkNamespace Node { get; }

    /// <summary>The machine outside.</summary>
    public NetworkNamespace World { get; }

    /// <summary>The node's addresses and ranges.</summary>
    public LabPlace Place { get; }

    /// <summary>The address of a node that is alone.</summary>
    public static IPAddress NodeIPv4 { get; } = LabPlace.Of(0).IPv4;

    /// <summary>The address of a node that is alone.</summary>
    public static IPAddress NodeIPv6 { get; } = LabPlace.Of(0).IPv6;

    /// <summary>The machine outside.</summary>
    public static IPAddress WorldIPv4 { get; } = IPAddress.Parse("192.0.2.1");

    /// <summary>The machine outside.</summary>
    public static IPAddress WorldIPv6 { get; } = IPAddress.Parse("2001:db8::1");

    /// <summary>Builds both namespaces and the cable between them.</summary>
    /// <param name="name">Prefix of the namespaces' names; one lab per name.</param>
    /// <param name="place">The node's addresses, and the ranges that the world routes to it.</param>
    public static LabNetwork Create(string name, LabPlace place)
    {
        var node = NetworkNamespace.Create($"{name}-node");
        LabNetwork? network = null;
        try
        {
            network = new LabNetwork(node, NetworkNamespace.Create($"{name}-world"), place, segment: null);
            network.Connect();
            return network;
        }
        catch
        {
            network?.World.Delete();
            node.Delete();
            throw;
        }
    }

    /// <summary>Builds a node's namespace and puts it on a segment, which outlives it.</summary>
    /// <param name="name">Prefix of the namespace's name.</param>
    /// <param name="place">The node's addresses, and the ranges that the world routes to it.</param>
    /// <param name="segment">The segment.</param>
    public static LabNetwork Join(string name, LabPlace place, LabSegment segment)
    {
        ArgumentNullException.ThrowIfNull(segment);
        var node = NetworkNamespace.Create($"{name}-node");
        try
        {
            Forward(node);
            segment.Attach(node, place);
            return new LabNetwork(node, segment.World, place, segment);
        }
        catch
        {
            node.Delete();
            throw;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (_segment is null)
            World.Delete();
        Node.Delete();
    }

    internal static void Configure(RouteNetlink netlink, IPAddress ipv4, IPAddress ipv6)
    {
        var device = netlink.FindLink("eth0")!.Index;
        netlink.AddAddress(device, ipv4, NodePrefixLength);
        netlink.AddAddress(device, ipv6, NodePrefixLengthV6);
        netlink.SetUp(device);
    }

    internal static void RouteToWorld(RouteNetlink node)
    {
        var device = node.FindLink(NodeDevice)!.Index;
        node.ReplaceRoute(new Route { Gateway = WorldIPv4, IfIndex = device });
        node.ReplaceRoute(new Route { Gateway = WorldIPv6, IfIndex = device, Family = WorldIPv6.AddressFamily });
    }

    internal static void RouteToPods(RouteNetlink world, LabPlace place)
    {
        var device = world.FindLink("eth0")!.Index;
        world.ReplaceRoute(new Route { Destination = place.PodIPv4.BaseAddress, PrefixLength = place.PodIPv4.PrefixLength, Gateway = place.IPv4, IfIndex = device });
        world.ReplaceRoute(new Route { Destination = place.PodIPv6.BaseAddress, PrefixLength = place.PodIPv6.PrefixLength, Gateway = place.IPv6, IfIndex = device });
    }

    private void Connect()
    {
        Forward(Node);
        using var node = RouteNetlink.Open(Node);
        using var world = RouteNetlink.Open(World);
        node.CreateVeth(new VethPair { Name = NodeDevice, PeerName = "eth0", PeerNamespace = World });
        Configure(node, Place.IPv4, Place.IPv6);
        Configure(world, WorldIPv4, WorldIPv6);
        RouteToWorld(node);
        RouteToPods(world, Place);
    }

    private static void Forward(NetworkNamespace node)
    {
        Sysctl.Write(node, "net/ipv4/ip_forward", "1");
        Sysctl.Write(node, "net/ipv6/conf/all/forwarding", "1");
        Sysctl.Write(node, "net/ipv4/conf/all/rp_filter", "0");
        Sysctl.Write(node, "net/ipv4/conf/default/rp_filter", "0");
    }
}
